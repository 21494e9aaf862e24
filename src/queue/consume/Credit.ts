/**
 * How many messages one source may lease now, and what it has in its hands at that time.
 *
 * Credit = prefetch − unsettled; without an explicit prefetch, the prefetch follows demand (`Prefetch`). RxJS has no backpressure,
 * so only a settlement (or the end of a lease) gives credit back; an emission never does.
 *
 * A settlement that this source has handed to the store lends credit to the next lease, since that follows in order on the same
 * connection: the store never sees more than `prefetch` leases, and the source waits for no round trip. A settlement that leaves
 * with those of another source (messages of both are joined) may still wait there, so it lends nothing. No settlement lends
 * anything while the store refuses some.
 *
 * This class keeps no number: the keeper knows what is unsettled, the settler what is lent, the prefetch how much there may be.
 */
import type { SchedulerLike } from "rxjs";
import type { Hands } from "../../port/Lease.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";
import { Pace } from "./Pace.js";
import type { Prefetch } from "./Prefetch.js";
import type { Restraint } from "./Restraint.js";
import type { Settler } from "./Settler.js";

export interface CreditParts {
  readonly scheduler: SchedulerLike;
  readonly prefetch: Prefetch;
  readonly keeper: LeaseKeeper;
  readonly settler: Settler;
  /** Asked at a read: it comes later. */
  readonly restraint: () => Restraint;
}

export class Credit {
  private readonly pace: Pace;

  constructor(private readonly parts: CreditParts) {
    this.pace = new Pace(parts.prefetch);
  }

  /** The most messages that one read may bring now. Less than 1 where there is no credit, or while a suspect is in hand. */
  get readMax(): number {
    const { prefetch, keeper, settler, restraint } = this.parts;
    if (keeper.suspicious) return 0;
    const { max } = prefetch;
    const credit = Math.min(max - keeper.size + Math.min(settler.rounds.lent, max), prefetch.readMax);
    return credit < 1 ? credit : Math.min(credit, restraint().leasable());
  }

  /** What is unsettled, apart from messages whose settlements reach the store before the next read. */
  get hands(): Hands {
    const { keeper, settler } = this.parts;
    return keeper.handsBut(settler.rounds.lent);
  }

  /** A read was answered at this time. If nothing was in hand until now, that time does not count for the pace. */
  received(nowMs: number): void {
    if (this.hands === "empty") this.pace.idle(nowMs);
  }

  /** Settlements were handed to the store, or answered. A round trip takes at least `turnMs`. */
  settled(turnMs: number): void {
    const { scheduler, prefetch, settler } = this.parts;
    if (prefetch.follows) this.pace.settled(settler.pushed, scheduler.now(), Math.max(settler.rounds.tripMs, turnMs));
  }
}
