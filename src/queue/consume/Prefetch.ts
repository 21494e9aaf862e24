/**
 * How many messages of one source may be unsettled.
 *
 * An explicit prefetch is that number. Without one, the number follows demand:
 *
 * ```text
 *   nothing was read ──▶ one message, so that the operators behind are asked before there is much to ask for
 *   they told demand ──▶ as many as they can run + as many as they settle while refills are under way, one at least
 *   nobody tells     ──▶ 32
 * ```
 *
 * The number that is settled during a refill is the rate times the round trip (Little's law). Where works take a second, that is one
 * message more than can run: so idle consumers have their share, and urgent messages come next. Where works take a microsecond, it
 * is some hundreds: so nobody waits for the store. `Pace` tells the rate. The round trip is that of a settlement, since that never
 * waits for messages. The number grows by at most eight times the messages that were settled, since one quick message among slow
 * ones proves nothing; it shrinks by a quarter of the difference each time.
 *
 * From 400 on, messages are read in two halves: one half is worked while the server settles and leases the other.
 *
 * For batches, only whole windows are read: a part of a window would become a batch of its own after a while, and cost as much as a
 * full one.
 */
import type { Demand, Demands } from "../../core/Demand.js";

/** The highest prefetch that may be given. */
export const PREFETCH_MAX = 10_000;
/** The most without an explicit prefetch, unless the operators themselves can run more. */
export const DEMANDED_MAX = 1_000;
/** The number where no operator tells its demand, since all are operators of rxjs. */
export const UNTOLD = 32;
const UNREAD = 1;
/**
 * From this number on, messages are read in two parts of whole portions, after the first read: one part is worked while the server
 * settles and leases the other.
 */
const HALVED_FROM = 400;
/**
 * How many round trips of settlements are fetched ahead. The credit of one burst is asked for at its end, so nothing is under way
 * until then: with a single round trip ahead, half of the time would be spent waiting.
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

  /** The most messages that may be unsettled now. */
  get max(): number {
    return this.current;
  }

  /** The most that `max` will ever be. */
  get bound(): number {
    return this.explicit ?? PREFETCH_MAX;
  }

  /** The most messages that one read may bring. */
  get readMax(): number {
    const most = this.current;
    if (most < HALVED_FROM || !this.read) return most;
    return Math.min(most, Math.ceil(most / 2 / this.portion) * this.portion);
  }

  /** Whether the number follows demand. */
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

  /** `count` messages were settled in `elapsedMs`, and a refill takes `tripMs`. */
  settled(count: number, elapsedMs: number, tripMs: number): void {
    if (this.explicit !== undefined || count === 0) return;
    const during = tripMs === 0 ? 0 : Math.min(DEMANDED_MAX, Math.floor((count / elapsedMs) * tripMs * TRIPS));
    if (during < this.ahead) this.ahead -= Math.ceil((this.ahead - during) / SHRINKS_BY);
    else this.ahead = Math.min(during, this.ahead + count * GROWS_BY);
    this.choose();
  }

  /** A first read has been emitted, so every operator that tells its demand has done so. */
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
