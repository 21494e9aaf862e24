/** The Writes of a log: append and close. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import type { EventId } from "../core/EventId.js";
import { invariant } from "../core/invariant.js";
import { optionsOf, shown } from "../core/options.js";
import { invalidConfig, type SluiceError } from "../core/SluiceError.js";
import { idFrom, type Sources } from "../core/Sources.js";
import type { AppendStep, NewEvent } from "../core/steps/Append.js";
import type { StepResult } from "../core/steps/Step.js";
import { Write } from "../core/Write.js";
import type { LogStore } from "../port/Store.js";
import type { Coding } from "./EventCodec.js";
import type { AppendError, Appended, AppendOptions, CloseOptions } from "./EventLog.js";
import { encodeEvent, kindOfEvent } from "./encodeEvent.js";
import { checkExpected, checkStream } from "./expected.js";
import { checkMeta, type EventMeta, metaText } from "./meta.js";

interface Log {
  readonly store: LogStore;
  readonly coding: Coding;
}

interface Appending {
  readonly stream: string;
  readonly events: ReadonlyArray<unknown>;
  readonly options: AppendOptions;
}

/** A Write that adds events to a stream, or none of them. */
export const append = ({ store, coding }: Log, { stream, events, options }: Appending): Write<Appended, AppendError> =>
  new Write<Appended, AppendError>(
    () => {
      const { expected, meta } = optionsOf(options, ["expected", "meta"]);
      if (!isList(events))
        throw invalidConfig("events", `events must be an array, also of one event, not ${shown(events)}.`);
      const name = checkStream(stream);
      const added = eventsOf(coding, events, { meta: checkMeta(meta), sources: store });
      if (isLeft(added)) return added;
      return right(
        planOf({ _tag: "Append", stream: name, expected: checkExpected(expected), events: added.right, closes: false }),
      );
    },
    { target: store, settles: false },
  );

/** A Write after which the stream takes no more events. */
export const close = (store: LogStore, stream: string, options: CloseOptions): Write<Appended, AppendError> =>
  new Write<Appended, AppendError>(
    () => {
      const { expected } = optionsOf(options, ["expected"]);
      const step = { stream: checkStream(stream), expected: checkExpected(expected) };
      return right(planOf({ _tag: "Append", ...step, events: [], closes: true }));
    },
    { target: store, settles: false },
  );

const isList = (given: unknown): boolean => Array.isArray(given);

const planOf = (
  step: AppendStep,
): { readonly steps: ReadonlyArray<AppendStep>; readonly read: (results: ReadonlyArray<StepResult>) => Appended } => ({
  steps: [step],
  read: ([result]) => {
    invariant(result?._tag === "Appended", "a store answered an append with something else");
    const { version, position } = result;
    return { version, position, lastId: step.events.at(-1)?.id ?? knownLast(step) };
  },
});

/** Without events the stream's last one is the one that was expected, where that was said. */
const knownLast = ({ expected }: AppendStep): EventId | undefined =>
  expected._tag === "At" ? expected.lastId : undefined;

interface Given {
  readonly meta: EventMeta;
  readonly sources: Sources;
}

const eventsOf = (
  coding: Coding,
  events: ReadonlyArray<unknown>,
  { meta, sources }: Given,
): Either<SluiceError, ReadonlyArray<NewEvent>> => {
  const added: Array<NewEvent> = [];
  for (const event of events) {
    const kind = kindOfEvent(coding, event);
    if (isLeft(kind)) return kind;
    const { type, upcasts } = kind.right;
    const data = encodeEvent(kind.right, event);
    if (isLeft(data)) return left(data.left);
    const v = upcasts.length === 0 ? undefined : upcasts.length + 1;
    added.push({ id: idFrom(sources) as EventId, type, data: data.right, meta: metaText({ v, ...meta }) });
  }
  return right(added);
};
