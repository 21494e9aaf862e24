/**
 * One delivery: a lease and how far it has come.
 *
 * ```text
 *            settle                confirmed
 *   open ─────────────▶ settling ─────────────▶ settled      same outcome again: the first answer; another: AlreadySettled
 *    │  ◀───────────────┘  │ refused for another list's sake
 *    │   unanswered, undone│
 *    └── lease gone, given back ──▶ lost                      anything: LeaseLost
 * ```
 *
 * A delivery whose lease ran out while nobody held it stays open: its credit is back, and the store decides whether a late
 * settlement still finds the message.
 */
import { isLeft } from "fp-ts/lib/Either.js";
import type { SchedulerLike } from "rxjs";
import type { Linked } from "../../core/Chain.js";
import type { Demands } from "../../core/Demand.js";
import { type Effect, effect } from "../../core/Effect.js";
import type { Interrupted } from "../../core/Failure.js";
import type { Delivery, ExtendError, Holder, SettleEnd } from "../../core/Message.js";
import type { MessageId } from "../../core/MessageId.js";
import { Ack, isOutcome, type Outcome, Release, sameOutcome } from "../../core/Outcome.js";
import { duration, notAnOutcome, wholeNumber } from "../../core/options.js";
import {
  alreadySettled,
  type LeaseLost,
  leaseLost,
  type SettleError,
  type SluiceError,
  toSluiceError,
} from "../../core/SluiceError.js";
import type { SettleStep } from "../../core/steps/Settle.js";
import type { Step, StepResult } from "../../core/steps/Step.js";
import { atomically, type Write } from "../../core/Write.js";
import type { Lease } from "../../port/Lease.js";
import type { Store } from "../../port/Store.js";
import type { ListEnd, Settler } from "./Settler.js";
import { misfitOf, settleStepOf } from "./settleStep.js";
import { type Settling, settleWrite } from "./settleWrite.js";

/** What a delivery needs of the source (or of the pull) that leased it. */
export interface Owner {
  readonly store: Store;
  readonly queue: string;
  readonly attemptsMax: number;
  readonly prefetch: number;
  readonly demands: Demands | undefined;
  readonly settler: Settler;
  /** `done`: settled (with what the store performed) or lost; otherwise it is open again. */
  readonly onSettleEnd: (delivery: LeasedDelivery, done: boolean, performed: Outcome | undefined) => void;
  /** Its lease is gone and no settlement was under way. */
  readonly onLost: (delivery: LeasedDelivery) => void;
  /** The end of its lease was changed, or it was taken in hand late in its lease. */
  readonly onLeaseChanged: () => void;
  /** An operator let go of it unsettled. */
  readonly onLetGo: () => void;
}

export class LeasedDelivery implements Delivery, Settling, Linked<LeasedDelivery> {
  state: Settling["state"] = "open";
  /** When the lease ends unless renewed, by `scheduler.now()`. */
  leaseEndsMs: number;
  /** Its places among those of its source that are unsettled, kept by their keeper. */
  live = false;
  before: LeasedDelivery | undefined = undefined;
  after: LeasedDelivery | undefined = undefined;
  /** Its lease ran out while nobody held it: its credit is back. */
  expired = false;
  /** It was time to renew it and nobody held it, or the store did not answer: who takes it in hand now calls the keeper. */
  passedOver = false;
  /** It has been in hand for a third of its lease: whatever it does, it kills nobody at once. */
  proven = false;
  private working = false;
  /** It was emitted, or let go of: nobody but user code knows how far it is. */
  private given = false;
  private requested: Outcome | undefined;
  /** The list of what is requested: the same again where it was not answered. */
  private list: ReadonlyArray<SettleStep> | undefined;
  performed: Outcome | undefined;
  /** Who asked for the settlement that is under way: mostly one. */
  private waiter: SettleEnd | undefined;
  private others: Array<SettleEnd> | undefined;
  private holder: Holder | undefined;
  private interrupted: Interrupted["reason"] | undefined;
  private givenBack = false;
  private acknowledge: Write<Outcome, SettleError> | undefined;

  constructor(
    readonly lease: Lease,
    readonly owner: Owner,
    private readonly leaseMs: number,
    readonly receivedMs: number,
  ) {
    this.leaseEndsMs = (lease.askedMs ?? receivedMs) + leaseMs;
  }

  get id(): MessageId {
    return this.lease.id;
  }
  get key(): string | undefined {
    return this.lease.key;
  }
  get headers(): Readonly<Record<string, string>> {
    return this.lease.headers;
  }
  get enqueuedAtMs(): number {
    return this.lease.enqueuedAtMs;
  }
  get firstEnqueuedAtMs(): number {
    return this.lease.firstEnqueuedAtMs;
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
    return this.working || this.given;
  }
  set begun(working: boolean) {
    this.working = working;
  }
  /** It came, and is not emitted yet: its source has it in hand. */
  get arriving(): boolean {
    return !this.given && this.holder === undefined;
  }
  /** Whether an operator has it in hand. */
  get held(): boolean {
    return this.holder !== undefined;
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
    return this.lease.leasedAtMs + (this.scheduler.now() - this.receivedMs);
  }

  together(burst: () => void): void {
    this.owner.settler.together(burst);
  }

  hold(holder: Holder): void {
    this.holder = holder;
    this.given = false;
    const reason = this.state === "lost" ? "lease lost" : this.interrupted;
    if (reason !== undefined) this.interruptBy(reason);
    else if (this.passedOver) {
      this.passedOver = false;
      this.owner.onLeaseChanged();
    }
  }

  letGo(holder: Holder): void {
    if (this.holder !== holder) return;
    this.holder = undefined;
    if (this.state !== "open") return;
    this.given = true;
    this.owner.onLetGo();
  }

  /** It is emitted: user code has it, until an operator takes it in hand. */
  give(): void {
    this.given = true;
  }

  /** Takes it out of the hands of whoever holds it, at most once per holder. */
  interruptBy(reason: Interrupted["reason"]): void {
    this.interrupted = reason;
    const { holder } = this;
    this.holder = undefined;
    holder?.(reason);
  }

  /** Its time ran out in nobody's hands: who takes it in hand from now on is too late, and is told so. */
  expire(): void {
    this.expired = true;
    this.interrupted = "lease lost";
  }

  /** The lease is gone: whoever holds it is interrupted. */
  lose(): void {
    if (this.state !== "open") return; // what is being settled is told by the answer to that
    this.state = "lost";
    this.owner.onLost(this);
    this.interruptBy("lease lost");
  }

  /** For the write of a source that gives back: marks it and makes the step. */
  release(reason: string): SettleStep {
    this.state = "lost";
    this.givenBack = true;
    return { ...settleStepOf(this.owner, this.lease, Release({ reason })), untouched: !this.given };
  }

  settleWith(outcome: Outcome, followUps: ReadonlyArray<Write<unknown>>, onEnd: SettleEnd): void {
    if (followUps.length > 0) {
      this.settleJoined(outcome, followUps, onEnd);
      return;
    }
    const refusal = this.refusalOf(outcome);
    if (refusal !== undefined) onEnd(refusal, outcome);
    else if (this.performed !== undefined) onEnd(undefined, this.performed);
    else {
      this.waitFor(onEnd);
      const list = this.listOf(outcome);
      if (this.begin(outcome, list)) this.push(list, this);
    }
  }

  /** Whether its settlement lends credit while the store has it: that of an expired delivery is back already. */
  get lends(): boolean {
    return this.state === "settling" && !this.expired;
  }

  /** How its own list in the settler ended. */
  listEnded(error: SluiceError | undefined, results: ReadonlyArray<StepResult>): void {
    const result = results[0];
    const performed = result?._tag === "Settled" ? result.outcome : undefined;
    this.end(error, performed);
  }

  private settleJoined(outcome: Outcome, followUps: ReadonlyArray<Write<unknown>>, onEnd: SettleEnd): void {
    let performed = outcome;
    atomically([this.settle(outcome), ...followUps]).subscribe({
      next: (values) => {
        performed = values[0];
      },
      error: (error: unknown) => onEnd(toSluiceError(error), outcome),
      complete: () => onEnd(undefined, performed),
    });
  }

  /** Why it cannot be settled so, if something speaks against it. */
  refusalOf(outcome: Outcome): SluiceError | undefined {
    if (!isOutcome(outcome)) return notAnOutcome("outcome");
    if (this.state === "lost") return this.lost();
    if (this.requested !== undefined && !sameOutcome(this.requested, outcome))
      return alreadySettled(this.id, this.performed ?? this.requested);
    return misfitOf(outcome);
  }

  private lost(): LeaseLost {
    return leaseLost(this.id, this.givenBack ? "given back" : "gone");
  }

  /** Whether this settlement is begun by that: only an open delivery is settled. */
  begin(outcome: Outcome, list: ReadonlyArray<SettleStep>): boolean {
    if (this.state !== "open") return false;
    this.state = "settling";
    this.requested = outcome;
    this.list = list;
    return true;
  }

  private end(error: SluiceError | undefined, performed: Outcome | undefined): void {
    if (this.state !== "settling") return;
    const outcome = performed ?? this.requested ?? Ack;
    if (error === undefined) {
      this.state = "settled";
      this.performed = outcome;
    } else if (error._tag === "LeaseLost" && error.id === this.id) {
      this.state = "lost";
    } else {
      this.state = "open";
      // An unanswered settlement may have happened, so its outcome stands; a refused one certainly has not.
      if (!error.retryable) {
        this.requested = undefined;
        this.list = undefined;
      }
    }
    // Who waits may begin a new settlement at once: what is told of this one is known before.
    const { waiter, others, state, performed: answer } = this;
    this.waiter = undefined;
    this.others = undefined;
    waiter?.(error, outcome);
    if (others !== undefined) for (const other of others) other(error, outcome);
    this.owner.onSettleEnd(this, state !== "open", answer);
    if (state === "lost") this.interruptBy("lease lost");
  }

  /** Hands a list to the settler, where it waits for others only in the first half of its lease. */
  push(list: ReadonlyArray<Step>, end: ListEnd): void {
    const { settler } = this.owner;
    settler.push(list, end);
    if (settler.waits && this.leaseEndsMs - this.scheduler.now() < this.leaseMs / 2) settler.leaveSoon();
  }

  waitFor(end: SettleEnd): void {
    if (this.waiter === undefined) this.waiter = end;
    else {
      this.others ??= [];
      this.others.push(end);
    }
  }

  listOf(outcome: Outcome): ReadonlyArray<SettleStep> {
    return this.list ?? [settleStepOf(this.owner, this.lease, outcome)];
  }

  private extendTo(leaseMs: number): Effect<void, ExtendError> {
    wholeNumber("leaseMs", leaseMs, { ...duration, min: 1 });
    return effect((asker) => {
      if (this.state === "lost" || this.state === "settled") {
        asker.error(this.lost());
        return;
      }
      const endsMs = this.scheduler.now() + leaseMs;
      const { store, queue } = this.owner;
      return store.extend({ queue, leases: [this.lease], leaseMs }).subscribe({
        next: ([answer]) => {
          if (answer !== undefined && isLeft(answer)) {
            this.lose();
            asker.error(answer.left);
            return;
          }
          this.leaseEndsMs = endsMs;
          this.owner.onLeaseChanged();
          asker.next(undefined);
          asker.complete();
        },
        error: (error: unknown) => asker.error(error),
      });
    });
  }
}
