/**
 * Splits a write of many lists into several calls, so that none of them is long and the server serves others in between. A list is
 * never torn apart, and the same lists always make the same parts.
 */
import { utf8Length } from "../../../core/bytes.js";
import { kindOf, type Step, WRITE_BYTES_MAX, WRITE_COUNT_MAX } from "../../../core/steps/Step.js";

export type Steps = ReadonlyArray<Step>;
export type Lists = ReadonlyArray<Steps>;

/** The lists in their order, in parts of no more steps and bytes than one list may have, but for a list that has more. */
export const shortParts = (lists: Lists): ReadonlyArray<Lists> => {
  if (lists.length < 2) return [lists];
  const parts: Array<Array<Steps>> = [];
  let part: Array<Steps> | undefined;
  let steps = 0;
  let bytes = 0;
  for (const list of lists) {
    let own = 0;
    let count = 0;
    for (const step of list) {
      own += kindOf(step).size(step, utf8Length);
      count += kindOf(step).count(step);
    }
    if (part === undefined || steps + count > WRITE_COUNT_MAX || bytes + own > WRITE_BYTES_MAX) {
      part = [];
      parts.push(part);
      steps = 0;
      bytes = 0;
    }
    part.push(list);
    steps += count;
    bytes += own;
  }
  return parts;
};
