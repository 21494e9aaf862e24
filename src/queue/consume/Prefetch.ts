/**
 * How many messages of one source may be unsettled.
 *
 * An explicit prefetch is that number. Without one it follows demand:
 *
 * ```text
 *   nothing was read ──▶ one message, so that the operators behind are asked before there is much to ask for
 *   they told demand ──▶ what they can run + what they settle while refills are under way, at least one more
 *   nobody tells     ──▶ 32
 * ```
 *
 * What is settled during a refill is the rate times the round trip, as Little's law has it: works of a second get one
 * message more than can run, so that idle consumers have their share and urgent messages come next; works of a microsecond
 * get some hundreds, so that nobody waits for the store. `Pace` tells the rate; the round trip is that of a settlement, which
 * never waits for messages. It grows by eight times what was settled at most (one quick message among slow ones proves
 * nothing), and shrinks by a quarter each time.
 *
 * From 400 on it is read in two halves, one of which is worked while the server settles and leases the other.
 *
 * Batches want whole windows: a part of one would be a batch of its own after a while, and cost as much as a full one.
 */
import type { Demand, Demands } from "../../core/Demand.js";

/** No subscription may hold more messages than this. */
export const PREFETCH_MAX = 10_000;
/** Without an explicit prefetch, and unless the operators by themselves can run more. */
export const DEMANDED_MAX = 1_000;
/** Where no operator tells its demand: plain rxjs. */
export const UNTOLD = 32;
const UNREAD = 1;
/**
 * From here on it is read in two parts, of whole portions, once operators have told theirs: one is worked while the server
 * settles and leases the other.
 */
const HALVED_FROM = 400;
/**
 * What is settled in one burst is asked for anew at its end, so that nothing is under way meanwhile: for a single round
 * trip half of the time would be spent waiting.
 */
const TRIPS = 4;
const GROWS_BY = 8;
const SHRINKS_BY = 4;

export class Prefetch implements Demands {
  private readonly wants = new Map<object, Demand>();
  private read = false;
  private wanted = 0;
  private portion = 1;
  private ahead = 0;
  private current: number;

  constructor(private readonly explicit: number | undefined) {
    this.current = explicit ?? UNREAD;
  }

  /** The most that may be unsettled now. */
  get max(): number {
    return this.current;
  }

  /** The most that it will ever be. */
  get bound(): number {
    return this.explicit ?? PREFETCH_MAX;
  }

  /** The most that one read may bring. */
  get readMax(): number {
    const most = this.current;
    if (most < HALVED_FROM || !this.read) return most;
    return Math.min(most, Math.ceil(most / 2 / this.portion) * this.portion);
  }

  /** Whether it depends on what is settled. */
  get follows(): boolean {
    return this.explicit === undefined;
  }

  tell(operator: object, demand: Demand): void {
    this.wants.set(operator, demand);
    this.sum();
  }

  forget(operator: object): void {
    if (this.wants.delete(operator)) this.sum();
  }

  /** So many were settled in so long, and a refill takes so long. */
  settled(count: number, elapsedMs: number, tripMs: number): void {
    if (this.explicit !== undefined || count === 0) return;
    const during = tripMs === 0 ? 0 : Math.min(DEMANDED_MAX, Math.floor((count / elapsedMs) * tripMs * TRIPS));
    if (during < this.ahead) this.ahead -= Math.ceil((this.ahead - during) / SHRINKS_BY);
    else this.ahead = Math.min(during, this.ahead + count * GROWS_BY);
    this.choose();
  }

  /** A first read has been emitted: whoever tells its demand has done so. */
  emitted(): void {
    if (this.read) return;
    this.read = true;
    this.choose();
  }

  private sum(): void {
    this.wanted = 0;
    this.portion = 1;
    for (const { count, portion } of this.wants.values()) {
      this.wanted += count === Number.POSITIVE_INFINITY ? DEMANDED_MAX : Math.min(count, PREFETCH_MAX);
      this.portion = Math.max(this.portion, portion);
    }
    this.choose();
  }

  private choose(): void {
    if (this.explicit !== undefined) return;
    if (!this.read) this.current = UNREAD;
    else if (this.wants.size === 0) this.current = UNTOLD;
    else this.current = this.following();
  }

  private following(): number {
    const { wanted, portion } = this;
    const ahead = portion === 1 ? Math.max(1, this.ahead) : this.ahead - (this.ahead % portion);
    const least = wanted + (portion === 1 ? 1 : 0);
    return Math.min(PREFETCH_MAX, Math.max(least, Math.min(wanted + ahead, DEMANDED_MAX)));
  }
}
