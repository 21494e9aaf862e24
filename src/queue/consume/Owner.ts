/** Who leases deliveries: a source, or one pull. */
import type { Demands } from "../../core/Demand.js";
import type { Outcome } from "../../core/Outcome.js";
import type { QueueStore } from "../../port/Store.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { Settler } from "./Settler.js";

/** What a delivery needs of its owner, and what it tells it. */
export interface Owner {
  readonly store: QueueStore;
  readonly queue: string;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  readonly prefetch: number;
  readonly demands: Demands | undefined;
  readonly settler: Settler;
  /** It is settled, with what the store performed; or lost, without. */
  readonly ended: (delivery: LeasedDelivery, performed: Outcome | undefined) => void;
  /** It could not be settled, and is open again. */
  readonly reopened: () => void;
  /** The store has answered its release. */
  readonly givenBack: (delivery: LeasedDelivery) => void;
  /** The end of a lease was changed, or it was taken in hand late in its lease. */
  readonly leaseChanged: () => void;
  /** An operator let go of it unsettled. */
  readonly letGo: () => void;
}
