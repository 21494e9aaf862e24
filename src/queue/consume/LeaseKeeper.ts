/**
 * Watches the leases of one source by one timer: what an operator has in hand, or the source has not emitted yet, is renewed
 * after a third of its lease at the latest, what user code dropped expires (its credit returns and an event names it), and what
 * could not be renewed in time is lost.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import type { Subscription } from "rxjs";
import { Chain } from "../../core/Chain.js";
import { toSluiceError } from "../../core/SluiceError.js";
import type { Hands } from "../../port/Lease.js";
import type { Store } from "../../port/Store.js";
import type { EventSink } from "../EventSink.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";

export interface LeaseKeeperOptions {
  readonly store: Store;
  readonly queue: string;
  readonly leaseMs: number;
  readonly events: EventSink;
  /** A look comes late: what waits to be settled goes before all else. */
  readonly onLate: () => void;
  /** Some lease ended without a settlement, or is no danger to others any more. */
  readonly onCredit: () => void;
}

export class LeaseKeeper {
  /** What is unsettled, in the order of its leases. */
  private readonly live = new Chain<LeasedDelivery>();
  private unproven = 0;
  private suspects = 0;
  private timer: Subscription | undefined;
  private timerAtMs = 0;

  constructor(private readonly options: LeaseKeeperOptions) {}

  get size(): number {
    return this.live.size;
  }

  /** What is unsettled now, in the order of its leases. */
  all(): ReadonlyArray<LeasedDelivery> {
    return this.live.all();
  }

  /** Whether a suspect is unsettled that may yet kill the process: nothing should stand beside it. */
  get suspicious(): boolean {
    return this.suspects > 0;
  }

  /** What is unsettled, apart from so many of which the store has the settlement. */
  handsBut(settling: number): Hands {
    if (this.size <= settling) return "empty";
    return this.unproven === 0 ? "proven" : "full";
  }

  add(delivery: LeasedDelivery): void {
    delivery.live = true;
    this.live.push(delivery);
    this.count(delivery, 1);
  }

  /** It is settled, lost or given back; without effect the second time. */
  remove(delivery: LeasedDelivery): void {
    if (!delivery.live) return;
    delivery.live = false;
    this.live.remove(delivery);
    if (!delivery.proven) this.count(delivery, -1);
  }

  private count({ lease }: LeasedDelivery, more: 1 | -1): void {
    this.unproven += more;
    if (lease.suspect) this.suspects += more;
  }

  private prove(delivery: LeasedDelivery): boolean {
    if (delivery.proven) return false;
    delivery.proven = true;
    this.count(delivery, -1);
    return true;
  }

  /** Watches what is live, of which the latest was leased at this time: perhaps long ago, where the process was busy. */
  watch(leasedMs: number): void {
    if (this.live.size > 0) this.tickAt(leasedMs + this.renewMs);
  }

  /** Takes a delivery in hand late in its lease, or with a changed lease: looks at all again, soon. */
  look(): void {
    this.tickAt(this.options.store.scheduler.now());
  }

  /** Its look is overdue by a third of a lease or more, as the process was busy: leases may have ended meanwhile. */
  get late(): boolean {
    return this.timer !== undefined && this.isLate(this.options.store.scheduler.now());
  }

  /** Looks at all now. */
  catchUp(): void {
    this.stop();
    this.tick();
  }

  stop(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  private get renewMs(): number {
    return this.options.leaseMs / 3;
  }

  private isLate(nowMs: number): boolean {
    return nowMs - this.timerAtMs >= this.renewMs;
  }

  private tickAt(atMs: number): void {
    if (this.timer !== undefined && this.timerAtMs <= atMs) return;
    const { scheduler } = this.options.store;
    this.timer?.unsubscribe();
    this.timerAtMs = atMs;
    this.timer = scheduler.schedule(() => this.tick(), Math.max(0, Math.ceil(atMs - scheduler.now())));
  }

  private tick(): void {
    this.timer = undefined;
    const nowMs = this.options.store.scheduler.now();
    const working: Array<LeasedDelivery> = [];
    const waiting: Array<LeasedDelivery> = [];
    let nextMs = nowMs + this.renewMs;
    const ended: Array<LeasedDelivery> = [];
    let watching = false;
    let proved = false;
    const late = this.isLate(nowMs);
    if (late) this.options.onLate();
    for (const delivery of this.all()) {
      if (delivery.state !== "open") continue;
      // Nothing was tried in its time, and the store still has it where nobody asked for more: one try, and time to answer.
      const wanted = delivery.held || delivery.arriving;
      if (late && wanted && !delivery.passedOver && nowMs >= delivery.leaseEndsMs)
        delivery.leaseEndsMs = nowMs + this.renewMs;
      if (nowMs >= delivery.leaseEndsMs) {
        ended.push(delivery);
      } else {
        const renewalMs = delivery.leaseEndsMs - this.renewMs * 2;
        // What is due within half of that time goes along, and stays together with the others from then on.
        const renews = wanted && nowMs >= renewalMs - this.renewMs / 2;
        if (renews) (delivery.begun ? working : waiting).push(delivery);
        else if (nowMs >= renewalMs) delivery.passedOver = true;
        nextMs = Math.min(nextMs, renews || nowMs >= renewalMs ? delivery.leaseEndsMs : renewalMs);
        watching = true;
        if (nowMs - delivery.receivedMs >= this.renewMs) proved = this.prove(delivery) || proved;
      }
    }
    if (working.length + waiting.length > 0) this.renew(working, waiting, nowMs, late);
    // One look serves all leases that end within 2 % of a lease's length.
    if (watching) this.tickAt(Math.max(nextMs, nowMs + this.options.leaseMs / 50));
    for (const delivery of unbegunFirst(ended)) this.end(delivery);
    if (ended.length > 0 || proved) this.options.onCredit();
  }

  private end(delivery: LeasedDelivery): void {
    if (delivery.held) {
      delivery.lose();
      return;
    }
    this.remove(delivery);
    delivery.expire();
    this.options.events.expired(delivery);
  }

  private renew(
    working: ReadonlyArray<LeasedDelivery>,
    waiting: ReadonlyArray<LeasedDelivery>,
    nowMs: number,
    late: boolean,
  ): void {
    const { store, queue, leaseMs, events } = this.options;
    const deliveries = working.concat(waiting);
    const leases = deliveries.map((delivery) => delivery.lease);
    store.extend({ queue, leases, leaseMs, unbegun: waiting.length, late }).subscribe({
      next: (answers) => {
        const lost: Array<LeasedDelivery> = [];
        deliveries.forEach((delivery, i) => {
          const answer = answers[i];
          if (answer !== undefined && isLeft(answer)) {
            lost.push(delivery);
            return;
          }
          delivery.leaseEndsMs = Math.max(delivery.leaseEndsMs, nowMs + leaseMs);
          delivery.passedOver = false;
        });
        for (const delivery of unbegunFirst(lost)) if (delivery.state === "open") delivery.lose();
      },
      error: (error: unknown) => {
        for (const delivery of deliveries) delivery.passedOver = true;
        events.failed("extend", toSluiceError(error));
      },
    });
  }
}

/** What ends together does so in this order: the end of a work makes room for the next, which must not begin then. */
export const unbegunFirst = (deliveries: ReadonlyArray<LeasedDelivery>): ReadonlyArray<LeasedDelivery> => [
  ...deliveries.filter(({ begun }) => !begun),
  ...deliveries.filter(({ begun }) => begun),
];
