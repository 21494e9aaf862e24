/** The Writes of a log: append and close. */
import { type Either, isLeft, left, right } from "fp-ts/lib/Either.js";
import type { EventId } from "../core/EventId.js";
import { invariant } from "../core/invariant.js";
import { optionsOf, shown } from "../core/options.js";
import { joinPlans, type Plan } from "../core/Plan.js";
import { invalidConfig, type SluiceError } from "../core/SluiceError.js";
import type { AppendStep } from "../core/steps/Append.js";
import { Write } from "../core/Write.js";
import type { EventStore, LogStore } from "../port/Store.js";
import type { Coding } from "./EventCodec.js";
import type { AppendError, Appended, AppendOptions, CloseOptions } from "./EventLog.js";
import { EventWriting } from "./EventWriting.js";
import { checkExpected, checkStream } from "./expected.js";
import { checkMeta } from "./meta.js";

interface Log {
  readonly store: EventStore;
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
      const writing = new EventWriting(store, checkMeta(meta));
      for (const event of events) {
        const refused = writing.add(coding, event);
        if (refused !== undefined) return left(refused);
      }
      const step = { stream: name, expected: checkExpected(expected), events: writing.events };
      return joined(writing.keyPlans, planOf({ _tag: "Append", ...step, closes: false }));
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

const planOf = (step: AppendStep): Plan<Appended> => ({
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

/** The append behind the steps of the keys that it needs, as one plan. */
const joined = (keys: ReadonlyArray<Plan<unknown>>, appending: Plan<Appended>): Either<SluiceError, Plan<Appended>> => {
  if (keys.length === 0) return right(appending);
  const plan = joinPlans<ReadonlyArray<unknown>>([...keys, appending]);
  if (isLeft(plan)) return plan;
  // The value of a join is the list of the values of its parts.
  return right({ ...plan.right, read: (results) => plan.right.read(results).at(-1) as Appended });
};
