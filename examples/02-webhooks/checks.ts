/** The claims that a finished run must meet. */
import type { QueueStats } from "sluice";
import type { Report } from "./Report.js";

export interface Check {
  readonly claim: string;
  /** Open: it will hold when the work is done, and somebody stopped it before. */
  readonly verdict: "right" | "open" | "WRONG";
}

const places = ["ready", "waiting", "delayed", "leased", "blocked", "acked", "dead", "purged"] as const;

/** What must hold at any time. */
const always = (claim: string, holds: boolean): Check => ({ claim, verdict: holds ? "right" : "WRONG" });

/** enqueued = ready + … + purged: whatever happened, each message is in exactly one place. Places without any are left out. */
const conservation = (stats: QueueStats): Check => {
  const parts = places.filter((place) => stats[place] > 0).map((place) => `${stats[place]} ${place}`);
  const sum = places.reduce((total, place) => total + stats[place], 0);
  return always(`${stats.enqueued} enqueued = ${parts.join(" + ")}`, stats.enqueued === sum);
};

export const checksOf = ({ stopped, input, ledger, webhooks, digest }: Report): ReadonlyArray<Check> => {
  const atTheEnd = (claim: string, holds: boolean): Check =>
    stopped && !holds ? { claim, verdict: "open" } : always(claim, holds);
  const handled = new Set<string>(ledger.map(({ delivery }) => delivery));
  const missing = input.filter(({ delivery }) => !handled.has(delivery)).length;
  const twice = ledger.length - handled.size;
  return [
    always(`${input.length} payloads read, ${webhooks.enqueued} enqueued`, webhooks.enqueued === input.length),
    conservation(webhooks),
    always(`${handled.size} in the ledger, ${twice} of them twice`, twice === 0),
    atTheEnd(
      `${webhooks.acked} of ${input.length} acked, ${missing} missing in the ledger`,
      webhooks.acked === input.length && missing === 0,
    ),
    atTheEnd(
      `${digest.acked} of ${input.length} digest lines sent`,
      digest.enqueued === input.length && digest.acked === input.length,
    ),
  ];
};
