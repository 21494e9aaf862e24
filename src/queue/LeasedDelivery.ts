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
import { isLeft, left, right } from "fp-ts/lib/Either.js";
import { Observable, type SchedulerLike } from "rxjs";
import type { Linked } from "../core/Chain.js";
import { describeCause } from "../core/cause.js";
import type { Demands } from "../core/Demand.js";
import { type Effect, effect } from "../core/Effect.js";
import type { Interrupted } from "../core/Failure.js";
import type { Delivery, Holder, SettleEnd } from "../core/Message.js";
import type { MessageId } from "../core/MessageId.js";
import { Ack, delayOf, isOutcome, type Outcome, Release, sameOutcome } from "../core/Outcome.js";
import { duration, notAnOutcome, shown, wholeNumber } from "../core/options.js";
import type { MakePlan, Plan } from "../core/Plan.js";
import {
  alreadySettled,
  invalidConfig,
  type LeaseLost,
  leaseLost,
  type SluiceError,
  toSluiceError,
} from "../core/SluiceError.js";
import type { SettleStep, Step, StepResult } from "../core/Step.js";
import { atomically, type RunEnd, Write } from "../core/Write.js";
import type { Lease } from "../store/Lease.js";
import type { Store } from "../store/Store.js";
import type { ListEnd, Settler } from "./Settler.js";

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

type State = "open" | "settling" | "settled" | "lost";

export class LeasedDelivery implements Delivery, ListEnd, Linked<LeasedDelivery> {
  state: State = "open";
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
  private performed: Outcome | undefined;
  /** Who asked for the settlement that is under way: mostly one. */
  private waiter: SettleEnd | undefined;
  private others: Array<SettleEnd> | undefined;
  private holder: Holder | undefined;
  private interrupted: Interrupted["reason"] | undefined;
  private givenBack = false;
  private acknowledge: Write<Outcome> | undefined;

  constructor(
    readonly lease: Lease,
    private readonly owner: Owner,
    private readonly leaseMs: number,
    readonly receivedMs: number,
  ) {
    this.leaseEndsMs = receivedMs + leaseMs;
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
  /** Whether an operator has it in hand. */
  get held(): boolean {
    return this.holder !== undefined;
  }
  get ack(): Write<Outcome> {
    this.acknowledge ??= this.settle(Ack);
    return this.acknowledge;
  }
  get settle(): (outcome: Outcome) => Write<Outcome> {
    return (outcome) =>
      new Write(this.planOf(outcome), {
        target: this.owner.store,
        settles: true,
        send: (steps, _writeId, end) => this.send(steps, end),
      });
  }
  get extend(): (leaseMs: number) => Effect<void> {
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
    return { ...this.stepOf(Release({ reason })), untouched: !this.given };
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

  private planOf(outcome: Outcome): MakePlan<Outcome> {
    return () => {
      const refusal = this.refusalOf(outcome);
      if (refusal !== undefined) return left(refusal);
      return right(this.state === "open" ? this.settlingPlan(outcome) : this.followingPlan(outcome));
    };
  }

  private settlingPlan(outcome: Outcome): Plan<Outcome> {
    const list = this.listOf(outcome);
    let begun = false;
    return {
      steps: list,
      read: ([result]) => (result?._tag === "Settled" ? result.outcome : outcome),
      onStart: () => {
        begun = this.begin(outcome, list);
      },
      onEnd: (error, results) => {
        if (begun) this.listEnded(error, results);
      },
      // Of a lost message only the store still knows whether the lost settlement was this one.
      stands: () => this.state === "lost" || (this.state === "open" && this.refusalOf(outcome) === undefined),
    };
  }

  /** For a message that is settled so, or is being settled so by another write: waits for that, and does nothing. */
  private followingPlan(outcome: Outcome): Plan<Outcome> {
    return {
      steps: [],
      read: () => this.performed ?? outcome,
      after: this.ended(),
      stands: () => this.state === "settled",
    };
  }

  private refusalOf(outcome: Outcome): SluiceError | undefined {
    if (!isOutcome(outcome)) return notAnOutcome("outcome");
    if (this.state === "lost") return this.lost();
    if (this.requested !== undefined && !sameOutcome(this.requested, outcome))
      return alreadySettled(this.id, this.performed ?? this.requested);
    const delayMs = delayOf(outcome);
    if (!(Number.isFinite(delayMs) && delayMs >= 0))
      return invalidConfig(
        "delayMs",
        `${outcome._tag}'s delayMs must be a number of 0 or more, not ${shown(delayMs)}.`,
      );
    if (outcome._tag === "Block" && outcome.scope !== "key" && outcome.scope !== "queue")
      return invalidConfig("scope", `Block's scope must be "key" or "queue", not ${shown(outcome.scope)}.`);
    return undefined;
  }

  private lost(): LeaseLost {
    return leaseLost(this.id, this.givenBack ? "given back" : "gone");
  }

  /** Whether this settlement is begun by that: only an open delivery is settled. */
  private begin(outcome: Outcome, list: ReadonlyArray<SettleStep>): boolean {
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

  /** The way of a Write to the store: its steps settle this message, among others, or follow what has settled it. */
  private send(steps: ReadonlyArray<Step>, end: RunEnd): void {
    if (steps.length === 0) {
      end(undefined, []);
      return;
    }
    const settles = steps.filter((step) => step._tag === "Settle");
    const own = settles.some(({ token }) => token === this.lease.token);
    this.push(steps, { lends: own && this.lends, listEnded: end });
    // Leases of other messages may be shorter than those for which the settler's wait was chosen.
    if (settles.length > 1 || !own) this.owner.settler.leaveSoon();
  }

  /** Hands a list to the settler, where it waits for others only in the first half of its lease. */
  private push(list: ReadonlyArray<Step>, end: ListEnd): void {
    const { settler } = this.owner;
    settler.push(list, end);
    if (settler.waits && this.leaseEndsMs - this.scheduler.now() < this.leaseMs / 2) settler.leaveSoon();
  }

  private waitFor(end: SettleEnd): void {
    if (this.waiter === undefined) this.waiter = end;
    else {
      this.others ??= [];
      this.others.push(end);
    }
  }

  /** Completes, without a value, when no settlement is under way any more, or fails as it does. */
  private ended(): Observable<never> {
    return new Observable((subscriber) => {
      if (this.state !== "settling") {
        subscriber.complete();
        return;
      }
      this.waitFor((error) => (error === undefined ? subscriber.complete() : subscriber.error(error)));
      this.owner.settler.leaveSoon();
    });
  }

  private listOf(outcome: Outcome): ReadonlyArray<SettleStep> {
    return this.list ?? [this.stepOf(outcome)];
  }

  private stepOf(outcome: Outcome): SettleStep {
    const { queue, attemptsMax } = this.owner;
    const { id, token } = this.lease;
    return { _tag: "Settle", queue, id, token, outcome, cause: causeText(outcome), attemptsMax };
  }

  private extendTo(leaseMs: number): Effect<void> {
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

const causeText = (outcome: Outcome): string => {
  switch (outcome._tag) {
    case "Ack":
      return "";
    case "Release":
      return describeCause(outcome.reason);
    default:
      return describeCause(outcome.cause);
  }
};
