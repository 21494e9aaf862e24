/**
 * Watches the leases of one source by one timer. Where an operator has a message in hand, or the source has not emitted it yet, its
 * lease is renewed after a third of its time at the latest. A message that user code dropped expires: its credit returns, and an
 * event says so. A message whose lease could not be renewed in time is lost.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import type { Subscription } from "rxjs";
import { Chain } from "../../core/Chain.js";
import { toSluiceError } from "../../core/SluiceError.js";
import type { Hands } from "../../port/Lease.js";
import type { QueueStore } from "../../port/Store.js";
import type { QueueTelling } from "../EventSink.js";
import { unbegunFirst } from "./givingBack.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { Look, Tenure } from "./Tenure.js";

export interface LeaseKeeperOptions {
  readonly store: QueueStore;
  readonly queue: string;
  readonly leaseMs: number;
  readonly events: QueueTelling;
  /** A look comes late: settlements that wait leave before everything else. */
  readonly onLate: () => void;
  /** Some lease ended without a settlement, or its message is no danger to others any more. */
  readonly onCredit: () => void;
}

export class LeaseKeeper {
  /** The unsettled deliveries, in the order of their leases. */
  private readonly live = new Chain<Tenure>();
  /** Whether what its source has not emitted yet is about to begin. */
  beginning = false;
  private unproven = 0;
  private suspects = 0;
  private timer: Subscription | undefined;
  private timerAtMs = 0;

  constructor(private readonly options: LeaseKeeperOptions) {}

  get size(): number {
    return this.live.size;
  }

  /** The deliveries that are unsettled now, in the order of their leases. */
  all(): ReadonlyArray<LeasedDelivery> {
    return this.live.all().map(({ delivery }) => delivery);
  }

  /** Whether a suspect is unsettled that may still kill the process: no other message should be leased beside it. */
  get suspicious(): boolean {
    return this.suspects > 0;
  }

  /** Whether something may be worked upon that is not proven, so that it may still kill the process. */
  get mayKill(): boolean {
    if (this.unproven === 0) return false;
    return this.live
      .all()
      .some(
        ({ proven, delivery: { custody, settlement } }) =>
          !proven && (!custody.arriving || this.beginning) && settlement.state === "open",
      );
  }

  /** What the consumer has unsettled, apart from `settling` messages whose settlements the store was handed. */
  handsBut(settling: number): Hands {
    if (this.size <= settling) return "empty";
    return this.unproven === 0 ? "proven" : "full";
  }

  add({ tenure }: LeasedDelivery): void {
    tenure.live = true;
    this.live.push(tenure);
    this.count(tenure, 1);
  }

  /** The delivery is settled, lost or given back. Without effect the second time. */
  remove({ tenure }: LeasedDelivery): void {
    if (!tenure.live) return;
    tenure.live = false;
    this.live.remove(tenure);
    if (!tenure.proven) this.count(tenure, -1);
  }

  private count({ delivery }: Tenure, more: 1 | -1): void {
    this.unproven += more;
    if (delivery.lease.suspect) this.suspects += more;
  }

  private prove(tenure: Tenure): boolean {
    if (tenure.proven) return false;
    tenure.proven = true;
    this.count(tenure, -1);
    return true;
  }

  /** Watches the leases, the latest of which began at this time: perhaps long ago, where the process was busy. */
  watch(leasedMs: number): void {
    if (this.live.size > 0) this.tickAt(leasedMs + this.renewMs);
  }

  /** A message was taken in hand late in its lease, or the end of its lease was changed: looks at all leases soon. */
  look(): void {
    this.tickAt(this.options.store.scheduler.now());
  }

  /** Whether its look is overdue by a third of a lease or more, since the process was busy: leases may have ended meanwhile. */
  get late(): boolean {
    return this.timer !== undefined && this.isLate(this.options.store.scheduler.now());
  }

  /**
   * Renews these leases now. The store is told whether their works begin: only then does the end of this process count. `told`: the store has
   * answered, or did not in time.
   */
  renewAs(what: "begun" | "unbegun", deliveries: ReadonlyArray<LeasedDelivery>, told?: () => void): void {
    const renewal = { nowMs: this.options.store.scheduler.now(), late: false, told };
    if (what === "begun") this.renew(deliveries, [], renewal);
    else this.renew([], deliveries, renewal);
  }

  /** Looks at all leases now. */
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
    const look: Look = { nowMs, renewMs: this.renewMs, late: this.isLate(nowMs) };
    if (look.late) this.options.onLate();
    const found: Found = { ended: [], working: [], unbegun: [], proved: false, nextMs: undefined };
    for (const tenure of this.live.all())
      if (tenure.delivery.settlement.state === "open") this.see(tenure, look, found);
    const { ended, working, unbegun, proved, nextMs } = found;
    this.renew(working, unbegun, look);
    // One look serves all leases that are due within 2 % of the length of a lease.
    if (nextMs !== undefined) this.tickAt(Math.max(nextMs, nowMs + this.options.leaseMs / 50));
    for (const delivery of unbegunFirst(ended)) this.end(delivery);
    if (ended.length > 0 || proved) this.options.onCredit();
  }

  private see(tenure: Tenure, look: Look, found: Found): void {
    const { nowMs, renewMs } = look;
    const { delivery } = tenure;
    if (tenure.isOver(look)) {
      found.ended.push(delivery);
      return;
    }
    const renews = tenure.renewsAt(look);
    const due = nowMs >= tenure.renewalMs(look);
    if (renews) (delivery.begun ? found.working : found.unbegun).push(delivery);
    else if (due) tenure.passedOver = true;
    found.nextMs = Math.min(found.nextMs ?? nowMs + renewMs, renews || due ? tenure.endsMs : tenure.renewalMs(look));
    if (nowMs - tenure.receivedMs >= renewMs) found.proved = this.prove(tenure) || found.proved;
  }

  private end(delivery: LeasedDelivery): void {
    if (delivery.custody.held) {
      delivery.settlement.lose();
      return;
    }
    this.remove(delivery);
    delivery.custody.close();
    this.options.events.expired(delivery.lease);
  }

  private renew(
    working: ReadonlyArray<LeasedDelivery>,
    unbegun: ReadonlyArray<LeasedDelivery>,
    { nowMs, late, told }: Renewal,
  ): void {
    const { store, queue, leaseMs, events } = this.options;
    const deliveries = working.concat(unbegun);
    if (deliveries.length === 0) {
      told?.();
      return;
    }
    const leases = deliveries.map((delivery) => delivery.lease);
    store.extend({ queue, leases, leaseMs, unbegun: unbegun.length, late }).run(
      (answers) => {
        const lost: Array<LeasedDelivery> = [];
        deliveries.forEach((delivery, i) => {
          const answer = answers[i];
          if (answer !== undefined && isLeft(answer)) lost.push(delivery);
          else delivery.tenure.renewed(nowMs + leaseMs);
        });
        for (const delivery of unbegunFirst(lost)) delivery.settlement.lose();
        told?.();
      },
      // The next look tries again to renew leases that are still wanted, until they run out.
      (error) => {
        for (const { tenure } of deliveries) tenure.passedOver = true;
        events.failed("extend", toSluiceError(error));
        told?.();
      },
    );
  }
}

interface Renewal extends Pick<Look, "nowMs" | "late"> {
  readonly told?: (() => void) | undefined;
}

/** What one look finds. */
interface Found {
  /** Deliveries whose time is over. */
  readonly ended: Array<LeasedDelivery>;
  /** Deliveries to be renewed: those that have begun, and those that have not. */
  readonly working: Array<LeasedDelivery>;
  readonly unbegun: Array<LeasedDelivery>;
  /** Whether some message became proven, and is no danger to others any more. */
  proved: boolean;
  /** When the next look is due; undefined where no lease is left. */
  nextMs: number | undefined;
}
