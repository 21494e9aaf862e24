/** Everything that the end of a run is judged by. */
import type { QueueStats } from "sluice";
import type { LedgerEntry } from "./codecs/LedgerEntry.js";
import type { Webhook } from "./codecs/Webhook.js";
import type { Tally } from "./Tally.js";

export interface Report {
  /** Whether somebody stopped it before the end. */
  readonly stopped: boolean;
  readonly input: ReadonlyArray<Webhook>;
  readonly tally: Tally;
  readonly ledger: ReadonlyArray<LedgerEntry>;
  readonly webhooks: QueueStats;
  readonly digest: QueueStats;
}
