/**
 * How many messages one source may lease now, and what its hands hold besides.
 *
 * Credit = prefetch − unsettled, where a prefetch that was not given follows demand (`Prefetch`). RxJS has no backpressure, so
 * nothing but a settlement (or the end of a lease) gives credit back; emission never does. A settlement that this source has
 * handed to the store counts as credit for the next lease, which follows it in order on the same connection: the store never
 * sees more than `prefetch` leases, and no round trip is waited for. One that leaves with another source's (messages of both
 * joined) may still wait there: it lends nothing, and neither does any while the store refuses some.
 *
 * It keeps no number of its own: the keeper knows what is unsettled, the settler what is lent, the prefetch how much there
 * may be.
 */
import type { SchedulerLike } from "rxjs";
import type { Hands } from "../../port/Lease.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";
import { Pace } from "./Pace.js";
import type { Prefetch } from "./Prefetch.js";
import type { Settler } from "./Settler.js";

export interface CreditParts {
  readonly scheduler: SchedulerLike;
  readonly prefetch: Prefetch;
  readonly keeper: LeaseKeeper;
  readonly settler: Settler;
}

export class Credit {
  private readonly pace: Pace;

  constructor(private readonly parts: CreditParts) {
    this.pace = new Pace(parts.prefetch);
  }

  /** The most that one read may bring now; less than 1 where there is no credit, or nothing should stand beside a suspect. */
  get readMax(): number {
    const { prefetch, keeper, settler } = this.parts;
    if (keeper.suspicious) return 0;
    const { max } = prefetch;
    return Math.min(max - keeper.size + Math.min(settler.rounds.lent, max), prefetch.readMax);
  }

  /** What is unsettled, apart from what the store is told to settle before it is asked for more. */
  get hands(): Hands {
    const { keeper, settler } = this.parts;
    return keeper.handsBut(settler.rounds.lent);
  }

  /** A read has brought something, or nothing, at this time: where there was nothing to be worked, no time was used. */
  received(nowMs: number): void {
    if (this.hands === "empty") this.pace.idle(nowMs);
  }

  /** Settlements were handed to the store, or answered; a turn takes at least so long. */
  settled(turnMs: number): void {
    const { scheduler, prefetch, settler } = this.parts;
    if (prefetch.follows) this.pace.settled(settler.pushed, scheduler.now(), Math.max(settler.rounds.tripMs, turnMs));
  }
}
