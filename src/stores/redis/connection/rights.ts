/** What a user of the server must be allowed, and the script that asks, once for each connection, whether calls would pass. */
import { invalidConfig } from "../../../core/SluiceError.js";
import { scriptCommands } from "../scripts/scripts.generated.js";
import type { ProbeScript } from "./Probe.js";

/** The commands by which the store runs scripts and waits. */
const ownCommands = ["BLPOP", "EVALSHA", "EVAL"];

/** The commands that a store needs, on the keys of its namespace. */
export const neededCommands = (waitsForReplicas: boolean): ReadonlyArray<string> =>
  waitsForReplicas ? [...ownCommands, "WAIT", ...scriptCommands] : [...ownCommands, ...scriptCommands];

export const probeScript: ProbeScript = {
  name: "probe",
  encode: ({ scratch, commands }) => ({ keys: [scratch], args: commands }),
  decode: (reply, { scratch }) => {
    const refused = String(reply);
    if (refused === "") return undefined;
    const keys = `${scratch.slice(0, scratch.indexOf("}") + 1)}:*`;
    return invalidConfig(
      "client",
      `Redis does not let this user run ${refused.replaceAll(" ", ", ")} on the keys ${keys}. Nothing was changed; allow what docs/guide/redis.md lists under "Rights".`,
    );
  },
};
