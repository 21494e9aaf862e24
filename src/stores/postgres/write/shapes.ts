/** Which function does a call: some do many lists of one shape in one go. */
import { isMixed } from "./mixed.js";
import type { Lists, Steps } from "./parts.js";

type Step = Steps[number];

/** See `sql/0001/91-append-all.sql`. */
const isAppend = (list: Steps): boolean => {
  const [first, second] = list;
  if (list.length === 1) return addsEvents(first);
  return list.length === 2 && isNewRecord(first) && addsEvents(second);
};

const addsEvents = (step: Step | undefined): boolean =>
  step?._tag === "Append" && step.events.length > 0 && !step.closes;

const isNewRecord = (step: Step | undefined): boolean =>
  step?._tag === "Put" && step.expected._tag === "Absent" && ("ttlMs" in step.keep || step.keep.indexes.length === 0);

/** See `sql/0001/92-put-all.sql`. */
const isPut = (list: Steps): boolean => list.length > 0 && list.every(({ _tag }) => _tag === "Put");

/** See `sql/0001/94-enqueue-all.sql`. */
const isEnqueue = (list: Steps): boolean => list.every((step) => step._tag === "Enqueue" && step.dedupe === undefined);

/** See `sql/0001/97-one.sql`. */
const isPlainEnqueue = (step: Step): boolean =>
  step._tag === "Enqueue" && step.dedupe === undefined && step.key === undefined && step.delayMs === 0;

/** See `sql/0001/95-ack-all.sql`. */
const isAck = ([step, another]: Steps): boolean =>
  step?._tag === "Settle" && another === undefined && step.outcome._tag === "Ack" && step.untouched !== true;

const shapes: ReadonlyArray<readonly [name: string, fits: (list: Steps) => boolean]> = [
  ["enqueue_1", isEnqueue],
  ["ack_1", isAck],
  ["append_1", isAppend],
  ["put_1", isPut],
];

/** Of an append of no more events than this each is added by a statement of its own; above it one statement adds all. */
const EVENTS_MAX = 8;

/** The function for a call of one step. */
const functionForOne = (step: Step): string | undefined => {
  if (isPlainEnqueue(step)) return "enqueue_one_1";
  return step._tag === "Append" && step.events.length <= EVENTS_MAX && addsEvents(step) ? "append_one_1" : undefined;
};

/** The function for a call of these lists. */
export const functionFor = (lists: Lists): string => {
  const [[step, anotherStep] = [], anotherList] = lists;
  const one = step !== undefined && anotherStep === undefined && anotherList === undefined;
  return (one ? functionForOne(step) : undefined) ?? functionForMany(lists);
};

const functionForMany = (lists: Lists): string =>
  shapes.find(([, fits]) => lists.every(fits))?.[0] ?? (isMixed(lists) ? "mixed_1" : "write_1");
