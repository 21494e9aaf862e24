/** A Redis script as one value: its name, how its arguments are encoded, and what its reply means. */
import { invariant } from "../../../core/invariant.js";
import type { ScriptName } from "./scripts.generated.js";

/** Keys first, then the other arguments. */
interface ScriptArguments {
  readonly keys: ReadonlyArray<string>;
  readonly args: ReadonlyArray<string>;
}

export interface Script<in Input, out Output> {
  readonly name: ScriptName;
  readonly encode: (input: Input) => ScriptArguments;
  readonly decode: (reply: unknown, input: Input) => Output;
}

/** A reply that is a list of texts. */
export const textsOf = (reply: unknown): ReadonlyArray<string> => {
  invariant(Array.isArray(reply), "the reply is a list");
  return reply as ReadonlyArray<string>;
};
