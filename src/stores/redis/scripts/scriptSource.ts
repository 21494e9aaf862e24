/** The scripts as a server gets them: put together from their sources when one is first used, and kept. */
import { createHash } from "node:crypto";
import { includes, type ScriptName, scripts } from "./scripts.generated.js";
import { spliceIncludes } from "./splice.js";

export interface ScriptSource {
  /** What a server knows it by, once it has seen the source. */
  readonly sha: string;
  readonly lua: string;
}

const known = new Map<ScriptName, ScriptSource>();

/** A script's source and its name on a server. The first use of a script takes up to a millisecond, all others a look-up. */
export const scriptSource = (name: ScriptName): ScriptSource => {
  let source = known.get(name);
  if (source === undefined) {
    const lua = spliceIncludes(scripts[name], (include) => includes[include]);
    source = { sha: createHash("sha1").update(lua).digest("hex"), lua };
    known.set(name, source);
  }
  return source;
};
