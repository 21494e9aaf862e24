/** Claims about our own code. A false one throws a `Defect`. */
import { defect } from "./SluiceError.js";

/** Throws a `Defect` unless the claim holds. Not for user input, which has typed errors. */
export function invariant(claim: boolean, sentence: string): asserts claim {
  if (!claim) throw defect(new Error(sentence));
}

/** For a place that our own code never reaches. */
export const impossible = (sentence: string): never => {
  throw defect(new Error(sentence));
};

/** For the last branch of a match: the compiler proves that nothing is left. */
export const absurd = (value: never): never => impossible(`no case for ${JSON.stringify(value)}`);
