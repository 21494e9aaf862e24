/**
 * How long one delivery may stay unsettled: the time of its lease. The `LeaseKeeper` of its source owns the tenure, looks at it
 * now and then, and renews the lease.
 *
 * ```text
 *   received ──▶ watched ──a look finds its time over──▶ ended: lost where an operator held it, else expired
 *                 │   ▲
 *    time to renew│   │the store has renewed it
 *                 ▼   │
 *                renewing
 * ```
 */
import type { Linked } from "../../core/Chain.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";

/** One look of the keeper at all tenures that it owns. */
export interface Look {
  readonly nowMs: number;
  /** A third of a lease: so long after its beginning a lease is renewed. */
  readonly renewMs: number;
  /** Whether this look comes late, by a third of a lease or more, since the process was busy. */
  readonly late: boolean;
}

export class Tenure implements Linked<Tenure> {
  before: Tenure | undefined = undefined;
  after: Tenure | undefined = undefined;
  /** Whether a keeper owns it, so that it uses up credit. */
  live = false;
  /**
   * Whether its renewal was due and was not made: nobody held the message, or the store did not answer. If an operator takes the
   * message in hand now, the keeper looks again.
   */
  passedOver = false;
  /** Whether the consumer has had it for a third of its lease: so it does not kill the process at once. */
  proven = false;
  /** When the lease ends, unless it is renewed, by `scheduler.now()`. */
  endsMs: number;

  constructor(
    readonly delivery: LeasedDelivery,
    readonly receivedMs: number,
  ) {
    const { lease, owner } = delivery;
    this.endsMs = (lease.askedMs ?? receivedMs) + owner.leaseMs;
  }

  /** Whether the lease is to be renewed: an operator has the message in hand, or its source has not emitted it yet. */
  get wanted(): boolean {
    const { held, arriving } = this.delivery.custody;
    return held || arriving;
  }

  /**
   * Whether the time of the lease is over. Where the process was busy, no renewal was tried in time; the store still has the lease
   * unless a consumer asked for more since. So one renewal is tried, and its answer may take a third of a lease.
   */
  isOver({ nowMs, renewMs, late }: Look): boolean {
    if (nowMs < this.endsMs) return false;
    if (!late || !this.wanted || this.passedOver) return true;
    this.endsMs = nowMs + renewMs;
    return false;
  }

  /** When the lease is to be renewed at the latest. */
  renewalMs({ renewMs }: Look): number {
    return this.endsMs - renewMs * 2;
  }

  /**
   * Whether the lease goes with a renewal now: also one that is due within a sixth of a lease (half of `renewMs`). From then on such
   * leases are renewed together.
   */
  renewsAt(look: Look): boolean {
    return this.wanted && look.nowMs >= this.renewalMs(look) - look.renewMs / 2;
  }

  renewed(endsMs: number): void {
    this.endsMs = Math.max(this.endsMs, endsMs);
    this.passedOver = false;
  }
}
