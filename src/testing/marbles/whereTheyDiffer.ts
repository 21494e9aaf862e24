/** Finds the path to the first place at which two values differ, such as `.outcome.delayMs`. */
import { delivery } from "../../core/Message.js";
import { same } from "./same.js";

const depthMax = 8;

/** The path; empty where the values differ as a whole, or in something that has no path. */
export const whereTheyDiffer = (a: unknown, b: unknown, depth = 0): string => {
  if (depth === depthMax || !isPlain(a) || !isPlain(b)) return "";
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [one, other] = [a[name], b[name]];
    if (name in a === name in b && same(one, other)) continue;
    const step = Array.isArray(a) ? `[${name}]` : `.${name}`;
    return step + whereTheyDiffer(one, other, depth + 1);
  }
  return "";
};

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !(delivery in value);
