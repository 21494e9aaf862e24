/** Makes the Writes that enqueue. Each run checks and encodes first, so that a refused value never reaches a store. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { encodePayload } from "../../codec/envelope.js";
import { checkHeaders, checkId, checkKey } from "../../codec/parts.js";
import { ask } from "../../core/ask.js";
import { invariant } from "../../core/invariant.js";
import type { MessageId } from "../../core/MessageId.js";
import { DELAY_MS_MAX, duration, oneOf, optionsOf, realNumber, unreadable, wholeNumber } from "../../core/options.js";
import {
  invalidConfig,
  isSluiceError,
  type SluiceError,
  toSluiceError,
  type WriteError,
} from "../../core/SluiceError.js";
import { idFrom, type Sources } from "../../core/Sources.js";
import type { EnqueueStep } from "../../core/steps/Enqueue.js";
import type { StepResult } from "../../core/steps/Step.js";
import { Write } from "../../core/Write.js";
import type { Dedupe, Enqueued, EnqueueOptions } from "../Queue.js";
import type { ResolvedDefinition } from "../QueueDefinition.js";
import type { QueueParts } from "../QueueParts.js";

/** A Write that adds one value and emits what became of it. */
export const enqueueOne = <A>(
  { store, definition, events }: QueueParts<A>,
  data: A,
  options: EnqueueOptions,
): Write<Enqueued, WriteError> =>
  new Write(
    () => {
      const id = idOf(options);
      if (isLeft(id)) return id;
      const step = stepOf(definition, data, { options, id: id.right, sources: store });
      if (isLeft(step)) return step;
      // A new id is the write id as well. An id that was given may be enqueued again by another write, so it is not.
      const writeId = id.right === undefined ? step.right.id : undefined;
      return right({ steps: [step.right], read: ([result]) => enqueuedOf(result), writeId, onEnd: events.enqueued });
    },
    { target: store, settles: false },
  );

/** A Write that adds all values or none, and emits what became of each, in order. */
export const enqueueMany = <A>(
  { store, definition, events }: QueueParts<A>,
  data: ReadonlyArray<A>,
  options: ((data: A) => EnqueueOptions) | undefined,
): Write<ReadonlyArray<Enqueued>, WriteError> =>
  new Write(
    () => {
      const steps: Array<EnqueueStep> = [];
      try {
        for (const value of data) {
          const own = options === undefined ? noOptions : ask("options", () => options(value));
          if (isLeft(own)) return own;
          const id = idOf(own.right);
          if (isLeft(id)) return id;
          const step = stepOf(definition, value, { options: own.right, id: id.right, sources: store });
          if (isLeft(step)) return step;
          steps.push(step.right);
        }
      } catch {
        return left(invalidConfig("data", "data must be an array that can be read."));
      }
      return right({ steps, read: (results) => results.map(enqueuedOf), onEnd: events.enqueued });
    },
    { target: store, settles: false },
  );

const enqueuedOf = (result: StepResult | undefined): Enqueued => {
  invariant(result?._tag === "Enqueued", "a store answered an enqueue with something else");
  const { id, duplicate } = result;
  return { id, duplicate };
};

/** The id that was given, if any. It is read only once, since it also decides the write id. */
const idOf = (options: EnqueueOptions): Either<SluiceError, MessageId | undefined> => {
  try {
    const { id } = options;
    return id === undefined ? noId : right(checkId(id));
  } catch (cause) {
    return left(refusalBy(options, cause));
  }
};

interface Asked {
  readonly options: EnqueueOptions;
  /** The id that was given, if any. */
  readonly id: MessageId | undefined;
  readonly sources: Sources;
}

const stepOf = <A>(
  definition: ResolvedDefinition<A>,
  data: A,
  { options, id, sources }: Asked,
): Either<SluiceError, EnqueueStep> => {
  const payload = encodePayload(definition.codec, data, {
    bytesMax: definition.payloadBytesMax,
    option: "payloadBytesMax",
  });
  if (isLeft(payload)) return payload;
  try {
    const { key: given, headers, delayMs, expiresInMs, priority, dedupe } = options;
    const asked = given === undefined ? keyOf(definition, data) : right(given);
    if (isLeft(asked)) return asked;
    const key = asked.right;
    return right({
      _tag: "Enqueue",
      queue: definition.name,
      id: id ?? (idFrom(sources) as MessageId),
      payload: payload.right,
      key: key === undefined ? undefined : checkKey("key", key),
      headers: headers === undefined ? undefined : checkHeaders(headers),
      delayMs: delayMs === undefined ? 0 : realNumber("delayMs", delayMs, { min: 0, max: DELAY_MS_MAX }),
      expiresInMs:
        expiresInMs === undefined ? undefined : wholeNumber("expiresInMs", expiresInMs, { min: 0, max: DELAY_MS_MAX }),
      priority: priority === undefined ? 0 : wholeNumber("priority", priority, { min: 0, max: 9 }),
      dedupe: dedupeOf(definition, dedupe, id),
      mark: undefined,
    });
  } catch (cause) {
    return left(refusalBy(options, cause));
  }
};

const NAMES = ["id", "key", "headers", "delayMs", "expiresInMs", "priority", "dedupe"] as const;

/** The refusal of options whose reading threw this. A check throws its own refusal; anything else was thrown by the options. */
const refusalBy = (options: EnqueueOptions, cause: unknown): SluiceError => {
  if (isSluiceError(cause)) return cause;
  try {
    optionsOf(options, NAMES);
  } catch (refusal) {
    return toSluiceError(refusal);
  }
  return unreadable("options");
};

const keyOf = <A>({ key }: ResolvedDefinition<A>, data: A): Either<SluiceError, string | undefined> =>
  key === undefined ? noKey : ask("key", () => key(data));

const noKey: Either<never, undefined> = right(undefined);
const noOptions: Either<never, EnqueueOptions> = right({});

const noId: Either<never, undefined> = noKey;

// Prefixes keep the two kinds of ids apart, so a dedupe id never equals the id of another message.
const dedupeOf = <A>(
  { dedupeMs }: ResolvedDefinition<A>,
  dedupe: Dedupe | undefined,
  id: MessageId | undefined,
): EnqueueStep["dedupe"] => {
  if (dedupe === undefined) return id === undefined ? undefined : { id: `i:${id}`, windowMs: dedupeMs };
  const { id: text, windowMs, until } = partsOf(dedupe);
  return { id: `d:${checkKey("dedupe.id", text)}`, windowMs: windowOf(windowMs, until, dedupeMs) };
};

const partsOf = (dedupe: Dedupe): Pick<Dedupe, "id" | "windowMs" | "until"> => {
  try {
    const { id, windowMs, until } = dedupe;
    return { id, windowMs, until };
  } catch {
    throw unreadable("dedupe");
  }
};

const windowOf = (windowMs: Dedupe["windowMs"], until: Dedupe["until"], dedupeMs: number): number => {
  if (until === undefined) return wholeNumber("dedupe.windowMs", windowMs ?? dedupeMs, duration);
  if (windowMs !== undefined) throw invalidConfig("dedupe", "dedupe takes a windowMs or an until, not both.");
  oneOf("dedupe.until", until, ["settled"]);
  return Number.POSITIVE_INFINITY;
};
