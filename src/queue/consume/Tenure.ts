/**
 * How long one delivery may stay unsettled: the time of its lease. The `LeaseKeeper` of its source owns it, looks at it now
 * and then, and has it renewed.
 *
 * ```text
 *   received ──▶ watched ──a look finds its time over──▶ ended: lost where somebody held it, else expired
 *                 │   ▲
 *    time to renew│   │the store has renewed it
 *                 ▼   │
 *                renewing
 * ```
 */
import type { Linked } from "../../core/Chain.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";

/** One look of the keeper at all that it owns. */
export interface Look {
  readonly nowMs: number;
  /** A third of a lease: when it is renewed, counted from its beginning. */
  readonly renewMs: number;
  /** The look is overdue by a third of a lease or more, since the process was busy. */
  readonly late: boolean;
}

export class Tenure implements Linked<Tenure> {
  before: Tenure | undefined = undefined;
  after: Tenure | undefined = undefined;
  /** Whether a keeper owns it, so that it takes credit. */
  live = false;
  /**
   * It was time to renew it, and nobody held it or the store did not answer: who takes it in hand now has the keeper look
   * again.
   */
  passedOver = false;
  /** It has been in hand for a third of its lease: whatever it does, it kills nobody at once. */
  proven = false;
  /** When the lease ends unless it is renewed, by `scheduler.now()`. */
  endsMs: number;

  constructor(
    readonly delivery: LeasedDelivery,
    readonly receivedMs: number,
  ) {
    const { lease, owner } = delivery;
    this.endsMs = (lease.askedMs ?? receivedMs) + owner.leaseMs;
  }

  /** An operator has it in hand, or its source has not emitted it yet: it is to be renewed. */
  get wanted(): boolean {
    const { held, arriving } = this.delivery.custody;
    return held || arriving;
  }

  /**
   * Whether its time is over. Where the process was busy, nothing was tried in its time, and the store still has it unless
   * somebody asked for more: so it is tried once, and has a third of a lease to be answered.
   */
  isOver({ nowMs, renewMs, late }: Look): boolean {
    if (nowMs < this.endsMs) return false;
    if (!late || !this.wanted || this.passedOver) return true;
    this.endsMs = nowMs + renewMs;
    return false;
  }

  /** When it is to be renewed at the latest. */
  renewalMs({ renewMs }: Look): number {
    return this.endsMs - renewMs * 2;
  }

  /** Whether it goes with a renewal now. What is due within half a renewal's time does, and stays with the others from then on. */
  renewsAt(look: Look): boolean {
    return this.wanted && look.nowMs >= this.renewalMs(look) - look.renewMs / 2;
  }

  renewed(endsMs: number): void {
    this.endsMs = Math.max(this.endsMs, endsMs);
    this.passedOver = false;
  }
}
