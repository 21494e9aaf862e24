/** The scripts for new messages alone: one list of them, and several writes of one message each. */
import { right } from "fp-ts/lib/Either.js";
import type { EnqueueStep } from "../../../core/steps/Enqueue.js";
import { doneOf } from "../../../core/steps/Step.js";
import type { BurstKind } from "../write/Burst.js";
import type { Shape } from "../write/shapes.js";
import { readAnswers, type Steps } from "../write/writeScript.js";
import { encodeTail, isPlain } from "./parcel.js";

/** One list of new messages of one queue and level, each plain. */
export const enqueueShape: Shape = {
  fits: (lists) => {
    const first = lists[0]?.[0];
    return lists.length === 1 && first?._tag === "Enqueue" && (lists[0] ?? []).every((step) => isAlike(step, first));
  },
  script: {
    name: "enqueue",
    encode: ({ keys, given, lists, result, answered }) => {
      const steps = (lists[0] ?? []) as ReadonlyArray<EnqueueStep>;
      const own = [result, keys.queue(steps[0]?.queue ?? "")];
      return {
        keys: answered.length === 0 ? own : own.concat(answered),
        args: [given, levelOf(steps), keyedFlag(steps), ...encodeTails(steps)],
      };
    },
    decode: (reply, { lists }) => readAnswers(reply, lists),
  },
  handsOver: ([list]) => (list as ReadonlyArray<EnqueueStep> | undefined)?.[0]?.queue,
};

const isAlike = (step: Steps[number], first: EnqueueStep): boolean =>
  step._tag === "Enqueue" && step.queue === first.queue && step.priority === first.priority && isPlain(step);

const firstOf = (list: Steps): EnqueueStep => list[0] as EnqueueStep;

/** The limits of one call: lists, and UTF-16 units of payload. */
const LISTS_MAX = 128;
const LENGTH_MAX = 4 * 1024 * 1024;

/** Writes of one plain message each, of one queue and level. */
export const enqueueBurst: BurstKind = {
  fits: (list) => {
    const [step] = list;
    return list.length === 1 && step?._tag === "Enqueue" && isPlain(step);
  },
  joins: (list, first) => {
    const [one, other] = [firstOf(list), firstOf(first)];
    return one.queue === other.queue && one.priority === other.priority;
  },
  share: (list) => Math.max(1 / LISTS_MAX, firstOf(list).payload.length / LENGTH_MAX),
  script: {
    name: "enqueueEach",
    encode: ({ keys, given, answered, lists, results }) => {
      const steps = lists.map(firstOf);
      return {
        keys: [keys.queue(steps[0]?.queue ?? ""), ...results, ...answered],
        args: [given, levelOf(steps), keyedFlag(steps), String(results.length), ...encodeTails(steps)],
      };
    },
    decode: (_, { lists }) => lists.map((list) => right([doneOf(firstOf(list))])),
  },
  handsOver: (list) => firstOf(list).queue,
};

const levelOf = ([first]: ReadonlyArray<EnqueueStep>): string => String(first?.priority ?? 0);

const keyedFlag = (steps: ReadonlyArray<EnqueueStep>): string =>
  steps.some(({ key }) => key !== undefined) ? "1" : "0";

/** How many characters of tails go into one argument: see tails.lua. */
const ARGUMENT_LENGTH = 64 * 1024;

const encodeTails = (steps: ReadonlyArray<EnqueueStep>): ReadonlyArray<string> => {
  const parts: Array<string> = [];
  let tails: Array<string> = [];
  let length = 0;
  for (const step of steps) {
    const tail = encodeTail(step);
    length += tail.length;
    if (length > ARGUMENT_LENGTH && tails.length > 0) {
      parts.push(tails.join("\0"));
      tails = [];
      length = tail.length;
    }
    tails.push(tail);
  }
  parts.push(tails.join("\0"));
  return parts;
};
