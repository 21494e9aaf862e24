/**
 * Splits a write of many lists into several calls, so that none of them is long and the server serves others in between. A list is
 * never torn apart, and the same lists always make the same parts.
 */
import { utf8Length } from "../../../core/bytes.js";
import { kindOf, WRITE_BYTES_MAX } from "../../../core/steps/Step.js";
import { codingOf, type Steps } from "./writeScript.js";

type Lists = ReadonlyArray<Steps>;

/** What one call may cost, which is some 10 ms. A step that moves a message costs 1. */
const COST_MAX = 1_000;
const CHEAP_COST = 0.1;

/** The lists in their order, in parts that may each be done in one call. */
export const shortCallsOf = (lists: Lists): ReadonlyArray<Lists> => smallParts(lists).flatMap(quickParts);

/** Parts that hold no more bytes than one list may: many large lists in a call would keep the connection and the server for long. */
const smallParts = (lists: Lists): ReadonlyArray<Lists> => {
  if (lists.length === 1) return [lists];
  let length = 0;
  for (const list of lists) length += sizeOf(list, (text) => text.length);
  // A text of n UTF-16 units has at most 3n bytes: most writes need no counting.
  if (length * 3 <= WRITE_BYTES_MAX) return [lists];
  const parts: Array<Array<Steps>> = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const list of lists) {
    const own = sizeOf(list, utf8Length);
    bytes += own;
    if (bytes > WRITE_BYTES_MAX) {
      parts.push([]);
      bytes = own;
    }
    parts.at(-1)?.push(list);
  }
  return parts;
};

const sizeOf = (steps: Steps, measure: (text: string) => number): number => {
  let size = 0;
  for (const step of steps) size += kindOf(step).size(step, measure);
  return size;
};

/** Parts that cost no more than `COST_MAX` each. */
const quickParts = (lists: Lists): ReadonlyArray<Lists> => {
  if (lists.length < 2) return [lists];
  const parts: Array<Lists> = [];
  let from = 0;
  let cheap = true;
  let cost = 0;
  let subjects = new Set<string>();
  lists.forEach((list, at) => {
    const before = { cheap, subjects: subjects.size };
    cheap &&= isCheap(list);
    for (const step of list) subjects.add(codingOf(step).subject(step));
    // Cheap steps cost as much as others in a call that has others too, so what was counted so far is counted anew.
    if (before.cheap && !cheap) cost /= CHEAP_COST;
    cost += countOf(list) * (cheap ? CHEAP_COST : 1) + (subjects.size - before.subjects);
    if (cost <= COST_MAX || at === from) return;
    parts.push(lists.slice(from, at));
    from = at;
    cheap = isCheap(list);
    subjects = new Set(list.map((step) => codingOf(step).subject(step)));
    cost = countOf(list) * (cheap ? CHEAP_COST : 1) + subjects.size;
  });
  parts.push(lists.slice(from));
  return parts;
};

const countOf = (list: Steps): number => {
  let count = 0;
  for (const step of list) count += kindOf(step).count(step);
  return count;
};

const isCheap = (list: Steps): boolean => list.every((step) => codingOf(step).cheap(step));
