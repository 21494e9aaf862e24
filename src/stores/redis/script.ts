/** A Redis script as one value: its name, how its arguments are encoded, and what its reply means. */
import { createHash } from "node:crypto";
import { type ScriptName, scripts } from "./scripts.generated.js";

/** Keys first, then the other arguments. */
export interface ScriptArguments {
  readonly keys: ReadonlyArray<string>;
  readonly args: ReadonlyArray<string>;
}

export interface Script<in Input, out Output> {
  readonly name: ScriptName;
  readonly encode: (input: Input) => ScriptArguments;
  readonly decode: (reply: unknown, input: Input) => Output;
}

/** What a server knows a script by. */
export interface LoadedScript {
  readonly sha: string;
  readonly lua: string;
}

const digests = new Map<ScriptName, LoadedScript>();

/** The source of a script and its digest. */
export const loadedScript = (name: ScriptName): LoadedScript => {
  const known = digests.get(name);
  if (known !== undefined) return known;
  const { lua } = scripts[name];
  const made = { lua, sha: createHash("sha1").update(lua).digest("hex") };
  digests.set(name, made);
  return made;
};
