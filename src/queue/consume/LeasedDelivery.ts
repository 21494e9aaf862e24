/**
 * One delivery: a lease, and what a consumer knows of it. It has three parts with states of their own: in whose hands the message
 * is (`Custody`), how long it may stay unsettled (`Tenure`, which the `LeaseKeeper` of its source owns), and how it ends
 * (`Settlement`).
 */
import { isLeft } from "fp-ts/lib/Either.js";
import type { SchedulerLike } from "rxjs";
import type { Demands } from "../../core/Demand.js";
import { type Effect, effect } from "../../core/Effect.js";
import type { End } from "../../core/End.js";
import type { Envelope } from "../../core/Envelope.js";
import type { Delivery, ExtendError, Holder } from "../../core/Message.js";
import { Ack, type Outcome } from "../../core/Outcome.js";
import { duration, wholeNumber } from "../../core/options.js";
import { type SettleError, toSluiceError } from "../../core/SluiceError.js";
import type { Step } from "../../core/steps/Step.js";
import { atomically, type Write } from "../../core/Write.js";
import type { Lease } from "../../port/Lease.js";
import { Custody } from "./Custody.js";
import type { Owner } from "./Owner.js";
import type { ListEnd } from "./Rounds.js";
import { Settlement } from "./Settlement.js";
import { settleWrite } from "./settleWrite.js";
import { Tenure } from "./Tenure.js";

export class LeasedDelivery implements Delivery {
  readonly custody: Custody = new Custody();
  readonly settlement: Settlement = new Settlement(this);
  readonly tenure: Tenure;
  private acknowledge: Write<Outcome, SettleError> | undefined = undefined;

  constructor(
    readonly lease: Lease,
    readonly owner: Owner,
    receivedMs: number,
  ) {
    this.tenure = new Tenure(this, receivedMs);
  }

  get envelope(): Envelope {
    return this.lease;
  }
  get attempt(): number {
    return this.lease.attempt;
  }
  get scheduler(): SchedulerLike {
    return this.owner.store.scheduler;
  }
  get prefetch(): number {
    return this.owner.prefetch;
  }
  get demands(): Demands | undefined {
    return this.owner.demands;
  }
  get begun(): boolean {
    return this.custody.begun;
  }
  set begun(working: boolean) {
    this.custody.working = working;
  }
  get ack(): Write<Outcome, SettleError> {
    this.acknowledge ??= this.settle(Ack);
    return this.acknowledge;
  }
  get settle(): (outcome: Outcome) => Write<Outcome, SettleError> {
    return (outcome) => settleWrite(this, outcome);
  }
  get extend(): (leaseMs: number) => Effect<void, ExtendError> {
    return (leaseMs) => this.extendTo(leaseMs);
  }

  nowMs(): number {
    return this.lease.leasedAtMs + (this.scheduler.now() - this.tenure.receivedMs);
  }

  together(burst: () => void): void {
    this.owner.settler.together(burst);
  }

  /** Hands a list that settles this delivery to the settler. In the second half of the lease it waits no longer than its burst. */
  send(list: ReadonlyArray<Step>, end: ListEnd): void {
    const { settler, leaseMs } = this.owner;
    settler.push(list, end);
    if (settler.waits && this.tenure.endsMs - this.scheduler.now() < leaseMs / 2) settler.leaveSoon();
  }

  hold(holder: Holder): void {
    const { custody, settlement, tenure } = this;
    if (settlement.isGone) custody.close();
    if (!custody.take(holder) || !tenure.passedOver) return;
    tenure.passedOver = false;
    this.owner.leaseChanged();
  }

  letGo(holder: Holder): void {
    if (this.custody.letGo(holder) && this.settlement.state === "open") this.owner.letGo();
  }

  settleWith(outcome: Outcome, followUps: ReadonlyArray<Write<unknown>>, onEnd: End<Outcome>): void {
    if (followUps.length === 0) this.settlement.ask(outcome, onEnd);
    else
      atomically([this.settle(outcome), ...followUps]).run(
        ([performed]) => onEnd(undefined, performed),
        (error) => onEnd(toSluiceError(error), outcome),
      );
  }

  private extendTo(leaseMs: number): Effect<void, ExtendError> {
    wholeNumber("leaseMs", leaseMs, { ...duration, min: 1 });
    return effect((asker) => {
      const { settlement, tenure, lease } = this;
      const { store, queue } = this.owner;
      if (settlement.isGone || settlement.performed !== undefined) {
        asker.error(settlement.gone());
        return;
      }
      const endsMs = this.scheduler.now() + leaseMs;
      return store.extend({ queue, leases: [lease], leaseMs }).run(
        ([answer]) => {
          if (answer !== undefined && isLeft(answer)) {
            settlement.lose();
            asker.error(answer.left);
            return;
          }
          tenure.endsMs = endsMs;
          this.owner.leaseChanged();
          asker.next(undefined);
          asker.complete();
        },
        (error) => asker.error(error),
      );
    });
  }
}
