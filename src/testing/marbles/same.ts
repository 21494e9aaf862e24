/** Whether two values are equal in a test: deeply and strictly, as in `node:assert`. */
import { isDeepStrictEqual } from "node:util";

export const same = (a: unknown, b: unknown): boolean => Object.is(a, b) || isDeepStrictEqual(a, b);
