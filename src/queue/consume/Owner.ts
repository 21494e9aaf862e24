/** The owner of deliveries: a source, or one `receive`. */
import type { Demands } from "../../core/Demand.js";
import type { Outcome } from "../../core/Outcome.js";
import type { QueueStore } from "../../port/Store.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { Settler } from "./Settler.js";

/** What a delivery needs of its owner, and what it tells its owner. */
export interface Owner {
  readonly store: QueueStore;
  readonly queue: string;
  readonly leaseMs: number;
  readonly attemptsMax: number;
  readonly prefetch: number;
  readonly demands: Demands | undefined;
  readonly settler: Settler;
  /** The delivery is settled, by the outcome that the store performed; or it is lost, where that is undefined. */
  readonly ended: (delivery: LeasedDelivery, performed: Outcome | undefined) => void;
  /** A delivery could not be settled, and is open again. */
  readonly reopened: () => void;
  /** The store has answered the release of the delivery. */
  readonly givenBack: (delivery: LeasedDelivery) => void;
  /** The end of a lease was changed, or a message was taken in hand late in its lease. */
  readonly leaseChanged: () => void;
  /** An operator let go of a message that nobody has settled. */
  readonly letGo: () => void;
}
