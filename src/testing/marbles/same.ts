/** Whether a test takes two values for one: equal in depth, as `node:assert` has it. */
import { isDeepStrictEqual } from "node:util";

export const same = (a: unknown, b: unknown): boolean => Object.is(a, b) || isDeepStrictEqual(a, b);
