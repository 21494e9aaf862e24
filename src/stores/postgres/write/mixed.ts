/**
 * How a call of many short lists of several kinds travels: its acks, its puts and its enqueues each as a call of these alone. See
 * `sql/0001/93-mixed.sql`.
 *
 * That is the same as step by step where no step sees what one of another kind did. An ack of a keyed message lets a follower into the line, in the
 * order of the steps, so it is none of these; nor is an enqueue with a dedupe id, which an ack may free.
 */
import { fenceOf } from "../queue/token.js";
import { acksOf, type EncodedStep, type EncodedWrite, stepsOf } from "./acks.js";
import type { Lists, Steps } from "./parts.js";
import type { Body } from "./StepCoding.js";

type Step = Steps[number];

/** In calls of fewer steps a call of each kind costs more than it saves. */
const STEPS_MIN = 8;

const isSimple = (step: Step): boolean => {
  switch (step._tag) {
    case "Enqueue":
      return step.dedupe === undefined;
    case "Put":
      return true;
    case "Settle":
      return (
        step.outcome._tag === "Ack" && step.untouched !== true && fenceOf(step.token, step.id).stripe === undefined
      );
    default:
      return false;
  }
};

export const isMixed = (lists: Lists): boolean =>
  lists.reduce((sum, list) => sum + list.length, 0) >= STEPS_MIN && lists.every((list) => list.every(isSimple));

/** The request of `mixed_1`. What the whole call has noted or locked already is in no part of it. */
export const mixedText = (writes: ReadonlyArray<EncodedWrite>, body: Body, given: number | null): string => {
  const { locks, queues, woken, due, ends } = body.toJSON();
  const steps = stepsOf(writes);
  const only = (letter: string): ReadonlyArray<EncodedStep> => steps.filter(([own]) => own === letter);
  const [acks, puts, enqueues] = [only("s"), only("w"), only("e")];
  const partOf = (of: ReadonlyArray<EncodedStep>, more: object): string | null =>
    of.length === 0 ? null : JSON.stringify({ now: given, queues, ...more });
  const listOf = (of: ReadonlyArray<EncodedStep>): unknown => [[null, [[0, ...of]]]];
  return JSON.stringify({
    now: given,
    locks,
    ids: writes.map(([id]) => id),
    ack_1: partOf(acks, { locks: [], woken: [], ids: [], acks: acksOf(acks) }),
    put_1: partOf(puts, { locks: [], ends, writes: listOf(puts) }),
    // Where no key is locked none of the messages has one.
    enqueue_1: partOf(enqueues, { locks: due.length === 0 ? [] : locks, due, woken, writes: listOf(enqueues) }),
  });
};
