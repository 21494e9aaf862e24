/** The claims that a finished run must meet. */
import type { QueueStats } from "sluice";
import type { Report } from "./Report.js";

export interface Check {
  readonly claim: string;
  readonly holds: boolean;
}

const places = ["ready", "waiting", "delayed", "leased", "blocked", "acked", "dead", "purged"] as const;

/** enqueued = ready + … + purged: whatever happened, each message is in exactly one place. */
const conservation = (stats: QueueStats): Check => ({
  claim: `${stats.enqueued} enqueued = ${places.map((place) => `${stats[place]} ${place}`).join(" + ")}`,
  holds: stats.enqueued === places.reduce((sum, place) => sum + stats[place], 0),
});

export const checksOf = ({ input, ledger, webhooks, digest }: Report): ReadonlyArray<Check> => {
  const handled = new Set<string>(ledger.map(({ delivery }) => delivery));
  const missing = input.filter(({ delivery }) => !handled.has(delivery)).length;
  return [
    {
      claim: `${input.length} payloads read, ${webhooks.enqueued} enqueued`,
      holds: webhooks.enqueued === input.length,
    },
    conservation(webhooks),
    { claim: `${webhooks.acked} of ${input.length} acked`, holds: webhooks.acked === input.length },
    { claim: `${missing} payloads missing in the ledger`, holds: missing === 0 },
    { claim: `${ledger.length - handled.size} entries twice in the ledger`, holds: ledger.length === handled.size },
    {
      claim: `${digest.acked} of ${input.length} digest lines sent`,
      holds: digest.enqueued === input.length && digest.acked === input.length,
    },
  ];
};
