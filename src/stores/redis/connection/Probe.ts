/** Asks a server whether calls would pass: at each connection, and when it has taken no changes for a while. */
import type { SluiceError } from "../../../core/SluiceError.js";
import type { Script } from "../scripts/script.js";
import { isPassing, toStoreError } from "./errors.js";
import type { SilenceWatch } from "./SilenceWatch.js";
import { stripped } from "./strip.js";
import type { Wire } from "./Wire.js";

export type ProbeScript = Script<ProbeInput, SluiceError | undefined>;

interface ProbeInput {
  /** A key that never has a value. */
  readonly scratch: string;
  /** The commands that the user must be allowed to run. */
  readonly commands: ReadonlyArray<string>;
}

export interface Probe {
  readonly script: ProbeScript;
  readonly input: ProbeInput;
}

export type Verdict =
  | { readonly _tag: "Passes" }
  /** The server will not do what the store needs. */
  | { readonly _tag: "Refuses"; readonly error: SluiceError }
  /** The server does nothing for the moment. */
  | { readonly _tag: "Away"; readonly cause: Error };

export interface Asked {
  readonly wire: Wire;
  readonly watch: SilenceWatch;
  /** Whether the connection on which it was asked is still there; if not, the answer is ignored. */
  readonly isCurrent: () => boolean;
}

/** Sends the probe ahead of all calls that wait, and tells once how it ended. */
export const ask = ({ script, input }: Probe, asked: Asked, end: (verdict: Verdict) => void): void => {
  const { wire, watch, isCurrent } = asked;
  const { keys, args } = script.encode(input);
  const told = (): boolean => {
    if (!isCurrent()) return false;
    watch.heard();
    return true;
  };
  watch.sent();
  wire.evaluate(script.name, keys, args).then(
    (reply) => {
      if (!told()) return;
      const error = script.decode(reply, input);
      end(error === undefined ? { _tag: "Passes" } : { _tag: "Refuses", error });
    },
    (raw: unknown) => {
      if (!told()) return;
      const cause = stripped(raw);
      if (cause.message.startsWith("NOSCRIPT")) {
        wire.forgetScripts();
        ask({ script, input }, asked, end);
      } else end(isPassing(cause) ? { _tag: "Away", cause } : { _tag: "Refuses", error: toStoreError(cause) });
    },
  );
};
