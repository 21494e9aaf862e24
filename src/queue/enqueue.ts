/** Enqueueing: checks and encodes at each run of the Write, so that nothing refused ever reaches a store. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { encodePayload } from "../codec/envelope.js";
import { checkHeaders, checkId, checkKey } from "../codec/parts.js";
import { invariant } from "../core/invariant.js";
import { type MessageId, newMessageId } from "../core/MessageId.js";
import { DELAY_MS_MAX, duration, oneOf, realNumber, wholeNumber } from "../core/options.js";
import { invalidConfig, type SluiceError, toSluiceError } from "../core/SluiceError.js";
import type { EnqueueStep, StepResult } from "../core/Step.js";
import { Write } from "../core/Write.js";
import type { Store } from "../store/Store.js";
import { ask } from "./ask.js";
import type { EventSink } from "./EventSink.js";
import type { Dedupe, Enqueued, EnqueueOptions } from "./Queue.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";

/** A Write that adds one value and emits what became of it. */
export const enqueueOne = <A>(
  store: Store,
  definition: ResolvedDefinition<A>,
  data: A,
  options: EnqueueOptions,
  events: EventSink,
): Write<Enqueued> =>
  new Write(
    () => {
      const step = stepOf(definition, data, options);
      if (isLeft(step)) return step;
      // A new id names the write as well; a given one may be enqueued again by another.
      const writeId = options.id === undefined ? step.right.id : undefined;
      return right({ steps: [step.right], read: ([result]) => enqueuedOf(result), writeId, onEnd: events.enqueued });
    },
    { target: store, settles: false },
  );

/** A Write that adds all values or none and emits what became of each, aligned. */
export const enqueueMany = <A>(
  store: Store,
  definition: ResolvedDefinition<A>,
  data: ReadonlyArray<A>,
  options: ((data: A) => EnqueueOptions) | undefined,
  events: EventSink,
): Write<ReadonlyArray<Enqueued>> =>
  new Write(
    () => {
      const steps: Array<EnqueueStep> = [];
      for (const value of data) {
        const own = options === undefined ? noOptions : ask("options", () => options(value));
        if (isLeft(own)) return own;
        const step = stepOf(definition, value, own.right);
        if (isLeft(step)) return step;
        steps.push(step.right);
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

const stepOf = <A>(
  definition: ResolvedDefinition<A>,
  data: A,
  options: EnqueueOptions,
): Either<SluiceError, EnqueueStep> => {
  const payload = encodePayload(definition.codec, data, definition.payloadBytesMax);
  if (isLeft(payload)) return payload;
  const asked = keyOf(definition, data, options);
  if (isLeft(asked)) return asked;
  try {
    const key = asked.right;
    const id = options.id === undefined ? undefined : checkId(options.id);
    return right({
      _tag: "Enqueue",
      queue: definition.name,
      id: id ?? newMessageId(),
      payload: payload.right,
      key: key === undefined ? undefined : checkKey("key", key),
      headers: options.headers === undefined ? undefined : checkHeaders(options.headers),
      delayMs:
        options.delayMs === undefined ? 0 : realNumber("delayMs", options.delayMs, { min: 0, max: DELAY_MS_MAX }),
      expiresInMs:
        options.expiresInMs === undefined
          ? undefined
          : wholeNumber("expiresInMs", options.expiresInMs, { min: 0, max: DELAY_MS_MAX }),
      priority: options.priority === undefined ? 0 : wholeNumber("priority", options.priority, { min: 0, max: 9 }),
      dedupe: dedupeOf(definition, options, id),
    });
  } catch (cause) {
    return left(toSluiceError(cause));
  }
};

const keyOf = <A>(
  { key }: ResolvedDefinition<A>,
  data: A,
  options: EnqueueOptions,
): Either<SluiceError, string | undefined> => {
  if (options.key !== undefined) return right(options.key);
  return key === undefined ? noKey : ask("key", () => key(data));
};

const noKey: Either<never, undefined> = right(undefined);
const noOptions: Either<never, EnqueueOptions> = right({});

// The two kinds of ids never meet: a dedupe id that looks like another message's id is another thing.
const dedupeOf = <A>(
  { dedupeMs }: ResolvedDefinition<A>,
  { dedupe }: EnqueueOptions,
  id: MessageId | undefined,
): EnqueueStep["dedupe"] => {
  if (dedupe !== undefined)
    return { id: `d:${checkKey("dedupe.id", dedupe.id)}`, windowMs: windowOf(dedupe, dedupeMs) };
  return id === undefined ? undefined : { id: `i:${id}`, windowMs: dedupeMs };
};

const windowOf = ({ windowMs, until }: Dedupe, dedupeMs: number): number => {
  if (until === undefined) return wholeNumber("dedupe.windowMs", windowMs ?? dedupeMs, duration);
  if (windowMs !== undefined) throw invalidConfig("dedupe", "dedupe takes a windowMs or an until, not both.");
  oneOf("dedupe.until", until, ["settled"]);
  return Number.POSITIVE_INFINITY;
};
