/**
 * The ways of a write to the server: one list of new messages, lists of one ack each, and lists of any steps; and several
 * writes of one new message each.
 */
import { left, right } from "fp-ts/lib/Either.js";
import { utf8Length } from "../../../core/bytes.js";
import { absurd, invariant } from "../../../core/invariant.js";
import { Ack, delayOf, type Outcome, Reject } from "../../../core/Outcome.js";
import { DELAY_MS_MAX } from "../../../core/options.js";
import { leaseLost } from "../../../core/SluiceError.js";
import {
  type EnqueueStep,
  type SettleStep,
  type Step,
  type StepResult,
  WRITE_BYTES_MAX,
  type WriteAnswer,
} from "../../../core/Step.js";
import { wholeId } from "../queue/compactId.js";
import { encodeTail, isPlain } from "../queue/record.js";
import { fenceOf } from "../queue/token.js";
import { escapeText, type Keys } from "../scripts/keys.js";
import type { Script, ScriptArguments } from "../scripts/script.js";

type Steps = ReadonlyArray<Step>;

export interface WriteInput {
  readonly keys: Keys;
  /** The time, where a test drives it; else empty. */
  readonly given: string;
  readonly lists: ReadonlyArray<Steps>;
  /** The key of what it answers. */
  readonly result: string;
  /** Keys of results whose replies were read: no longer needed. */
  readonly answered: ReadonlyArray<string>;
  readonly deadLettersMax: number;
}

export type WriteScript = Script<WriteInput, ReadonlyArray<WriteAnswer>>;

/**
 * Lists that hold no more together than one may alone: many settlements with large follow-ups would keep the connection and
 * the server for long. The same lists make the same parts.
 */
export const partsOf = (lists: ReadonlyArray<Steps>): ReadonlyArray<ReadonlyArray<Steps>> => {
  let length = 0;
  for (const list of lists) length += lengthOf(list);
  // A text of n UTF-16 units has at most 3n bytes: most writes need no counting.
  if (length * 3 <= WRITE_BYTES_MAX || lists.length === 1) return [lists];
  const parts: Array<Array<Steps>> = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const list of lists) {
    const own = bytesOf(list);
    bytes += own;
    if (bytes > WRITE_BYTES_MAX) {
      parts.push([]);
      bytes = own;
    }
    parts.at(-1)?.push(list);
  }
  return parts;
};

const lengthOf = (steps: Steps): number => {
  let length = 0;
  for (const step of steps) if (step._tag === "Enqueue") length += step.payload.length;
  return length;
};

const bytesOf = (steps: Steps): number => {
  let bytes = 0;
  for (const step of steps) if (step._tag === "Enqueue") bytes += utf8Length(step.payload);
  return bytes;
};

/** The script that does these lists at the least cost. */
export const scriptFor = (lists: ReadonlyArray<Steps>): WriteScript => {
  if (isPlainEnqueue(lists)) return enqueueScript;
  return isAckOfOneQueue(lists) ? ackScript : stepsScript;
};

const isPlainEnqueue = (lists: ReadonlyArray<Steps>): boolean => {
  const first = lists[0]?.[0];
  if (lists.length !== 1 || first?._tag !== "Enqueue") return false;
  for (const step of lists[0] ?? []) {
    if (step._tag !== "Enqueue" || step.queue !== first.queue || step.priority !== first.priority) return false;
    if (!isPlain(step)) return false;
  }
  return true;
};

const isAckOfOneQueue = (lists: ReadonlyArray<Steps>): boolean => {
  const queue = lists[0]?.[0]?.queue;
  for (const list of lists) {
    const step = list[0];
    if (list.length !== 1 || step?._tag !== "Settle" || step.outcome._tag !== "Ack" || step.queue !== queue)
      return false;
  }
  return queue !== undefined;
};

const keyedFlag = (steps: ReadonlyArray<EnqueueStep>): string =>
  steps.some(({ key }) => key !== undefined) ? "1" : "0";

/** Tails of so many characters are one argument: see tails.lua. */
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

const queueOf = ({ keys, lists }: WriteInput): string => keys.queue(lists[0]?.[0]?.queue ?? "");

const enqueueScript: WriteScript = {
  name: "enqueue",
  encode: (input) => {
    const steps = (input.lists[0] ?? []) as ReadonlyArray<EnqueueStep>;
    const key = queueOf(input);
    const level = String(steps[0]?.priority ?? 0);
    const keys = [input.result, key];
    return {
      keys: input.answered.length === 0 ? keys : keys.concat(input.answered),
      args: [input.given, level, keyedFlag(steps), ...encodeTails(steps)],
    };
  },
  decode: (reply, input) => readAnswers(reply, input.lists),
};

export interface EachInput extends Pick<WriteInput, "keys" | "given" | "answered"> {
  /** Of one queue and level, each plain. */
  readonly steps: ReadonlyArray<EnqueueStep>;
  /** The key of what each of them answers. */
  readonly results: ReadonlyArray<string>;
}

/** Adds messages, each a write of its own; answers alike for each. */
export const eachScript: Script<EachInput, ReadonlyArray<WriteAnswer>> = {
  name: "enqueueEach",
  encode: ({ keys, given, answered, steps, results }) => {
    const [first] = steps;
    const level = String(first?.priority ?? 0);
    return {
      keys: [keys.queue(first?.queue ?? ""), ...results, ...answered],
      args: [given, level, keyedFlag(steps), String(results.length), ...encodeTails(steps)],
    };
  },
  decode: (_, { steps }) => steps.map((step) => right([asAsked(step)])),
};

const ACKED: WriteAnswer = right([{ _tag: "Settled", outcome: Ack }]);

const ackScript: WriteScript = {
  name: "ack",
  encode: (input) => {
    const key = queueOf(input);
    let keyed = "0";
    let deduped = "0";
    const tokens: Array<string> = [];
    for (const [step] of input.lists as ReadonlyArray<ReadonlyArray<SettleStep>>) {
      if (step === undefined) continue;
      const fence = fenceOf(step.token, step.id);
      if (fence.keyed) keyed = "1";
      if (fence.deduped) deduped = "1";
      tokens.push(fence.token);
    }
    const args = [input.given, keyed, deduped, tokens.join(" ")];
    return { keys: [input.result, key, `${key}:l`, `${key}:x`, ...input.answered], args };
  },
  decode: (reply, { lists }) =>
    reply === "+" ? new Array<WriteAnswer>(lists.length).fill(ACKED) : readAnswers(reply, lists),
};

const stepsScript: WriteScript = {
  name: "write",
  encode: (input) => encodeLists(input),
  decode: (reply, input) => readAnswers(reply, input.lists),
};

const encodeLists = ({ keys, given, lists, result, answered, deadLettersMax }: WriteInput): ScriptArguments => {
  const queues = new Map<string, string>();
  const numberOf = (queue: string): string => {
    const known = queues.get(queue);
    if (known !== undefined) return known;
    const number = String(queues.size + 1);
    queues.set(queue, number);
    return number;
  };
  const body: Array<string> = [];
  let settles = "0";
  for (const list of lists) {
    body.push(String(list.length));
    for (const step of list) {
      if (step._tag === "Enqueue") encodeEnqueue(step, numberOf(step.queue), body);
      else {
        settles = "1";
        encodeSettle(step, numberOf(step.queue), body);
      }
    }
  }
  return {
    keys: [result, ...[...queues.keys()].map((queue) => keys.queue(queue)), ...answered],
    args: [given, String(queues.size), String(deadLettersMax), settles].concat(body),
  };
};

const encodeEnqueue = (step: EnqueueStep, queue: string, into: Array<string>): void => {
  const { key, dedupe } = step;
  into.push(
    "e",
    queue,
    key === undefined ? "" : `k${escapeText(key)}`,
    wholeMs(step.delayMs),
    // Behind a letter, since the empty text is an id too.
    dedupe === undefined ? "" : `d${escapeText(dedupe.id)}`,
    dedupe === undefined ? "" : windowOf(dedupe.windowMs),
    encodeTail(step),
  );
};

const encodeSettle = (step: SettleStep, queue: string, into: Array<string>): void => {
  const { outcome } = step;
  const verb = step.untouched === true ? "u" : verbOf(outcome);
  into.push(verb, queue, fenceOf(step.token, step.id).token);
  if (verb === "a") return;
  const delayMs = wholeMs(delayOf(outcome));
  if (outcome._tag === "Release") into.push(delayMs);
  else into.push(JSON.stringify(step.cause), delayMs, String(step.attemptsMax));
};

// Without an end until its message leaves the queue.
const windowOf = (windowMs: number): string => (windowMs === Number.POSITIVE_INFINITY ? "s" : wholeMs(windowMs));

const verbOf = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Ack":
      return "a";
    case "Retry":
      return "r";
    case "Release":
      return "l";
    case "Reject":
      return "j";
    case "Block":
      return outcome.scope === "queue" ? "B" : "b";
    default:
      return absurd(outcome);
  }
};

// Up to the next millisecond: a message never comes before its time.
const wholeMs = (ms: number): string => (ms > 0 ? Math.min(Math.ceil(ms), DELAY_MS_MAX).toFixed(0) : "0");

const readAnswers = (reply: unknown, lists: ReadonlyArray<Steps>): ReadonlyArray<WriteAnswer> => {
  invariant(typeof reply === "string" && reply !== "", "the answer of a write is a text");
  if (reply === "+") return lists.map((steps) => right(steps.map(asAsked)));
  const answers = reply.split(" ");
  invariant(answers.length === lists.length, "a write is answered by one word per list");
  return lists.map((steps, i) => readAnswer(answers[i] ?? "", steps));
};

const readAnswer = (answer: string, steps: Steps): WriteAnswer => {
  if (answer === "+") return right(steps.map(asAsked));
  if (answer.startsWith("-")) {
    const step = steps[Number(answer.slice(1))];
    invariant(step !== undefined, "a refusal names a step of its list");
    return left(leaseLost(step.id));
  }
  const results = answer.split(",");
  return right(steps.map((step, i) => readResult(results[i] ?? "", step)));
};

const readResult = (result: string, step: Step): StepResult => {
  if (result.startsWith("d")) return { _tag: "Enqueued", id: wholeId(result.slice(1)), duplicate: true };
  if (result === "j" && step._tag === "Settle" && step.outcome._tag === "Retry")
    return { _tag: "Settled", outcome: Reject({ cause: step.outcome.cause }) };
  return asAsked(step);
};

const asAsked = (step: Step): StepResult =>
  step._tag === "Enqueue"
    ? { _tag: "Enqueued", id: step.id, duplicate: false }
    : { _tag: "Settled", outcome: step.outcome };
