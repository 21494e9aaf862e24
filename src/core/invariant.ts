/** The one thing in Sluice that throws by itself: a claim about our own code that turned out false. */
import { defect } from "./SluiceError.js";

/** Throws a `Defect` unless the claim holds. Never for user input: that has typed errors. */
export function invariant(claim: boolean, sentence: string): asserts claim {
  if (!claim) throw defect(new Error(sentence));
}

/** For a place that our own code never comes to. */
export const impossible = (sentence: string): never => {
  throw defect(new Error(sentence));
};

/** For the last branch of a match: the compiler proves that nothing is left. */
export const absurd = (value: never): never => impossible(`no case for ${JSON.stringify(value)}`);
