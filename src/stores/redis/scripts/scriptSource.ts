/** The scripts as the server gets them. Each is put together from its sources at its first use, and kept. */
import { createHash } from "node:crypto";
import { includes, type ScriptName, scripts } from "./scripts.generated.js";
import { spliceIncludes } from "./splice.js";

export interface ScriptSource {
  /** By which a server knows it once it has seen the source. */
  readonly sha: string;
  readonly lua: string;
}

const known = new Map<ScriptName, ScriptSource>();

/** A script's source and its name on a server. The first use of a script takes up to a millisecond, each other use a look-up. */
export const scriptSource = (name: ScriptName): ScriptSource => {
  let source = known.get(name);
  if (source === undefined) {
    const lua = spliceIncludes(scripts[name], (include) => includes[include]);
    source = { sha: createHash("sha1").update(lua).digest("hex"), lua };
    known.set(name, source);
  }
  return source;
};
