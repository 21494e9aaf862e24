/** Enqueueing: checks and encodes at each run of the Write, so that nothing refused ever reaches a store. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import { encodePayload } from "../codec/envelope.js";
import { checkHeaders, checkId, checkKey } from "../codec/parts.js";
import { invariant } from "../core/invariant.js";
import { type MessageId, newMessageId } from "../core/MessageId.js";
import { DELAY_MS_MAX, realNumber, wholeNumber } from "../core/options.js";
import { type SluiceError, toSluiceError } from "../core/SluiceError.js";
import type { EnqueueStep, StepResult } from "../core/Step.js";
import { Write } from "../core/Write.js";
import type { Store } from "../store/Store.js";
import { ask } from "./ask.js";
import type { EventSink } from "./EventSink.js";
import type { EnqueueOptions } from "./Queue.js";
import type { ResolvedDefinition } from "./QueueDefinition.js";

/** A Write that adds one value and emits its id. */
export const enqueueOne = <A>(
  store: Store,
  definition: ResolvedDefinition<A>,
  data: A,
  options: EnqueueOptions,
  events: EventSink,
): Write<MessageId> =>
  new Write(
    () => {
      const step = stepOf(definition, data, options);
      if (isLeft(step)) return step;
      // A new id names the write as well; a given one may be enqueued again by another.
      const writeId = options.id === undefined ? step.right.id : undefined;
      return right({ steps: [step.right], read: ([result]) => idOf(result), writeId, onEnd: events.enqueued });
    },
    { target: store, settles: false },
  );

/** A Write that adds all values or none and emits their ids, aligned. */
export const enqueueMany = <A>(
  store: Store,
  definition: ResolvedDefinition<A>,
  data: ReadonlyArray<A>,
  options: ((data: A) => EnqueueOptions) | undefined,
  events: EventSink,
): Write<ReadonlyArray<MessageId>> =>
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
      return right({ steps, read: (results) => results.map(idOf), onEnd: events.enqueued });
    },
    { target: store, settles: false },
  );

const idOf = (result: StepResult | undefined): MessageId => {
  invariant(result?._tag === "Enqueued", "a store answered an enqueue with something else");
  return result.id;
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

// The two kinds of ids share one window but never meet: a dedupeId that looks like another message's id is another thing.
const dedupeOf = <A>(
  { dedupeMs }: ResolvedDefinition<A>,
  { dedupeId }: EnqueueOptions,
  id: MessageId | undefined,
): EnqueueStep["dedupe"] => {
  if (dedupeId !== undefined) return { id: `d:${checkKey("dedupeId", dedupeId)}`, windowMs: dedupeMs };
  return id === undefined ? undefined : { id: `i:${id}`, windowMs: dedupeMs };
};
