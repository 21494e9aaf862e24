/** A Redis script as one value: its name, how its arguments are encoded, and what its reply means. */
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
