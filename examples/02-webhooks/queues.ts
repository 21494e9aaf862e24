/** The three queues of the example, on whatever store. */
import { type Queue, queue, type Store } from "sluice";
import { DigestLine } from "./codecs/DigestLine.js";
import { LedgerEntry } from "./codecs/LedgerEntry.js";
import { repositoryOf, Webhook } from "./codecs/Webhook.js";

const dayMs = 24 * 60 * 60 * 1_000;

export interface Queues {
  /** What came in, in order within each repository. A delivery that comes twice within a day is queued once. */
  readonly webhooks: Queue<Webhook>;
  /** What the handlers have to say; it goes out in batches. */
  readonly digest: Queue<DigestLine>;
  /** One entry for each handled webhook, written with its ack or not at all. Kept, never consumed: it outlives every run. */
  readonly ledger: Queue<LedgerEntry>;
}

export const openQueues = (store: Store): Queues => ({
  webhooks: queue(store, {
    name: "webhooks",
    codec: Webhook,
    key: repositoryOf,
    dedupeMs: dayMs,
    leaseMs: 2_000, // how long the webhooks that a crashed run had in hand stay out of reach
  }),
  digest: queue(store, { name: "digest", codec: DigestLine, leaseMs: 2_000 }),
  ledger: queue(store, { name: "ledger", codec: LedgerEntry }),
});
