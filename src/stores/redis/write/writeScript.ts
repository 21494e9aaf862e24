/** The script that does lists of any steps, and how the answers of all scripts that write are read. */
import { left, right } from "fp-ts/lib/Either.js";
import { invariant } from "../../../core/invariant.js";
import {
  doneOf,
  kindOf,
  type Step,
  type StepOf,
  type StepResult,
  type StepResultOf,
  type StepTag,
  type WriteAnswer,
} from "../../../core/steps/Step.js";
import type { Keys } from "../scripts/keys.js";
import type { Script } from "../scripts/script.js";
import type { BurstKind } from "./Burst.js";
import * as codings from "./codings.js";
import { Body, type Noun, type StepCoding } from "./StepCoding.js";

export type Steps = ReadonlyArray<Step>;

export interface WriteInput {
  readonly keys: Keys;
  /** The time that a test gives, else an empty text. */
  readonly given: string;
  readonly lists: ReadonlyArray<Steps>;
  /** The key of its result. */
  readonly result: string;
  /** Keys of results whose replies were read, to be deleted. */
  readonly answered: ReadonlyArray<string>;
  readonly deadLettersMax: number;
}

export type WriteScript = Script<WriteInput, ReadonlyArray<WriteAnswer>>;

type Codings = { readonly [T in StepTag]: StepCoding<StepOf<T>, StepResultOf<T>> };

const table: Codings = { ...codings };

export const codingOf = (step: Step): StepCoding<Step, StepResult> =>
  // The table has the coding of each tag's steps; TypeScript cannot see that for an index by a union of tags.
  table[step._tag] as StepCoding<Step, StepResult>;

/** The lists as the scripts read them: of each the number of its steps, then these. */
const encodeLists = (keys: Keys, lists: ReadonlyArray<Steps>) => {
  const body = new Body(keys);
  const nouns = new Set<Noun>();
  let frees = "0";
  for (const list of lists) {
    body.args.push(String(list.length));
    for (const step of list) {
      const coding = codingOf(step);
      nouns.add(coding.noun);
      if (coding.frees) frees = "1";
      coding.encode(step, body);
    }
  }
  const numbered = body.numbered();
  return { args: body.args, numbered, count: String(numbered.length), nouns: [...nouns].join(""), frees };
};

export const writeScript: WriteScript = {
  name: "write",
  encode: ({ keys, given, lists, result, answered, deadLettersMax }) => {
    const { args, numbered, count, nouns, frees } = encodeLists(keys, lists);
    return {
      keys: [result, ...numbered, ...answered],
      args: [given, count, String(deadLettersMax), frees, nouns].concat(args),
    };
  },
  decode: (reply, { lists }) => readAnswers(reply, lists),
};

/** The limits of one call: lists, steps, and UTF-16 units of what users wrote. */
const LISTS_MAX = 16;
const STEPS_MAX = 200;
const LENGTH_MAX = 1024 * 1024;

/** Writes of any steps that give no memory back: where memory is full such a call is refused, and the others pass. */
export const anyBurst: BurstKind = {
  fits: (list) => list.length > 0 && list.every((step) => !codingOf(step).frees),
  joins: () => true,
  share: (list) => {
    let count = 0;
    let length = 0;
    for (const step of list) {
      const kind = kindOf(step);
      count += kind.count(step);
      length += kind.size(step, lengthOf);
    }
    return Math.max(1 / LISTS_MAX, count / STEPS_MAX, length / LENGTH_MAX);
  },
  script: {
    name: "writeEach",
    encode: ({ keys, given, lists, results, answered }) => {
      const { args, numbered, count, nouns } = encodeLists(keys, lists);
      return {
        keys: [...results, ...numbered, ...answered],
        args: [given, String(lists.length), count, nouns].concat(args),
      };
    },
    decode: (reply, { lists }) => readAnswers(reply, lists),
  },
  handsOver: () => undefined,
};

const lengthOf = (text: string): number => text.length;

/** Reads the answer of a write: "+" if all was done as it was asked for, else a word for each list. */
export const readAnswers = (reply: unknown, lists: ReadonlyArray<Steps>): ReadonlyArray<WriteAnswer> => {
  invariant(typeof reply === "string" && reply !== "", "the answer of a write is a text");
  if (reply === "+") return lists.map(allDone);
  const answers = reply.split(" ");
  invariant(answers.length === lists.length, "a write is answered by one word per list");
  return lists.map((steps, i) => readAnswer(answers[i] ?? "", steps));
};

const allDone = (steps: Steps): WriteAnswer => right(steps.map(doneOf));

const REFUSED = /^-(\d+):([^:]+):(.*)$/;

const readAnswer = (answer: string, steps: Steps): WriteAnswer => {
  if (answer === "+") return allDone(steps);
  if (answer.startsWith("-")) {
    const [, place, tag = "", data = ""] = REFUSED.exec(answer) ?? [];
    const step = steps[Number(place)];
    invariant(step !== undefined, "a refusal names a step of its list");
    return left(kindOf(step).refusal({ tag, data }, step));
  }
  const words = answer.split(",");
  return right(steps.map((step, i) => readResult(words[i] ?? "", step)));
};

const readResult = (word: string, step: Step): StepResult =>
  word === "+" ? doneOf(step) : codingOf(step).result(word, step);
