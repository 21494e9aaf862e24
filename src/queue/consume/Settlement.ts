/**
 * How one delivery ends. Every way to end it goes through this class. Operators, `ack` and `settle` of a message, and poison ask for
 * a settlement (`ask`); the source gives the message back (`giveBack`); a join of several writes makes the settlement a part of its
 * list (`begin`, `listEnded`). The step leaves by the settler of the owner, and all who asked are told the same answer.
 *
 * ```text
 *            ask, begin            confirmed
 *   open ─────────────▶ settling ─────────────▶ settled      same outcome again: the first answer; another: AlreadySettled
 *    │ │ ◀───────────────┘  │ refused for another list's sake
 *    │ │ unanswered, undone │
 *    │ └── its lease is gone┴──▶ lost                         LeaseLost
 *    ├──── giveBack ───────────▶ given back                   LeaseLost
 *    │  done within a commit
 *    └──── of the user's ──────▶ within                       same outcome again: the first answer; another, or within another
 *                                                             commit: the store decides
 * ```
 *
 * A settlement that was not answered may have happened, so its outcome stands: the same outcome may be asked for again, by the
 * same list, also where the lease is lost by then. A delivery whose lease ran out while nobody held it stays open: its credit is
 * back, and the store decides whether a late settlement still finds the lease.
 *
 * A settlement within a commit of the user's own counts with that commit, of which nobody tells. Its consumer takes it for done. Where it was
 * rolled back, the lease is still there: another outcome is asked of the store, and so is the same one within another commit.
 */
import type { End } from "../../core/End.js";
import { Ack, isOutcome, type Outcome, Release, sameOutcome } from "../../core/Outcome.js";
import { notAnOutcome } from "../../core/options.js";
import { alreadySettled, type LeaseLost, leaseLost, type SluiceError } from "../../core/SluiceError.js";
import type { SettleStep } from "../../core/steps/Settle.js";
import type { StepResult } from "../../core/steps/Step.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { ListEnd } from "./Rounds.js";
import { misfitOf, performedBy, settleStepOf } from "./settleStep.js";

export class Settlement implements ListEnd {
  state: "open" | "settling" | "settled" | "within" | "lost" | "given back" = "open";
  /** The outcome that the store has performed, once the delivery is settled. */
  performed: Outcome | undefined = undefined;
  private requested: Outcome | undefined = undefined;
  /** The list for the requested outcome. Where it was not answered, the same list is sent again. */
  private list: ReadonlyArray<SettleStep> | undefined = undefined;
  /** Who asked for the settlement that is under way: mostly one. */
  private waiter: End<Outcome> | undefined = undefined;
  private others: Array<End<Outcome>> | undefined = undefined;
  /** Whether its owner was told that it ended within a commit of the user's. */
  private toldWithin = false;

  constructor(private readonly delivery: LeasedDelivery) {}

  /** Whether the delivery ended without a settlement by this consumer. */
  get isGone(): boolean {
    return this.state === "lost" || this.state === "given back";
  }

  /**
   * Whether the settlement lends credit while it is under way. An expired delivery has no credit to lend any more, and a message that
   * is given back lends none.
   */
  get lends(): boolean {
    return this.state === "settling" && this.delivery.tenure.live;
  }

  /** Settles the delivery by this outcome. `onEnd` is called once, later or at once. */
  ask(outcome: Outcome, onEnd: End<Outcome>): void {
    const refusal = this.refusalOf(outcome);
    if (refusal !== undefined) {
      if (this.isUnanswered(outcome)) this.askAgain(outcome, onEnd);
      else onEnd(refusal, outcome);
    } else if (this.performed !== undefined && this.isAsked(outcome)) onEnd(undefined, this.performed);
    else {
      this.waitFor(onEnd);
      const list = this.listOf(outcome);
      if (this.begin(outcome, list)) this.delivery.send(list, this);
    }
  }

  /** Releases the message for its source. Whoever would settle it from now on is told `LeaseLost`. */
  giveBack(reason: string): void {
    const { lease, owner, custody } = this.delivery;
    this.state = "given back";
    this.delivery.send([{ ...settleStepOf(owner, lease, Release({ reason })), untouched: !custody.given }], this);
  }

  /** The store has settled it so within a commit of the user's. */
  doneWithin(outcome: Outcome, performed: Outcome): void {
    if (this.state !== "open" && this.state !== "within") return;
    this.state = "within";
    this.requested = outcome;
    this.performed = performed;
    this.list = undefined;
    if (this.toldWithin) return;
    this.toldWithin = true;
    this.delivery.owner.ended(this.delivery, performed);
  }

  /** The lease is gone. A settlement under way learns that from its answer instead. */
  lose(): void {
    if (this.state !== "open") return;
    this.state = "lost";
    const { delivery } = this;
    delivery.owner.ended(delivery, undefined);
    delivery.custody.interrupt("lease lost");
  }

  /** Why the delivery cannot be settled by this outcome; undefined where nothing speaks against it. */
  refusalOf(outcome: Outcome): SluiceError | undefined {
    if (!isOutcome(outcome)) return notAnOutcome("outcome");
    if (this.isGone) return this.gone();
    if (this.requested !== undefined && this.state !== "within" && !this.isAsked(outcome))
      return alreadySettled(this.delivery.lease.id, this.performed ?? this.requested);
    return misfitOf(outcome);
  }

  /** Whether this is the outcome that was asked for. */
  isAsked(outcome: Outcome): boolean {
    return this.requested !== undefined && sameOutcome(this.requested, outcome);
  }

  gone(): LeaseLost {
    return leaseLost(this.delivery.lease.id, this.state === "given back" ? "given back" : "gone");
  }

  /** The list that settles the delivery by this outcome: the former list where that was not answered. */
  listOf(outcome: Outcome): ReadonlyArray<SettleStep> {
    return this.list ?? [settleStepOf(this.delivery.owner, this.delivery.lease, outcome)];
  }

  /**
   * Begins to settle the delivery by this list. Answers false, and does nothing, unless it is open, or was settled otherwise within a
   * commit of the user's.
   */
  begin(outcome: Outcome, list: ReadonlyArray<SettleStep>): boolean {
    if (this.state !== "open" && !(this.state === "within" && !this.isAsked(outcome))) return false;
    this.state = "settling";
    this.performed = undefined;
    this.requested = outcome;
    this.list = list;
    return true;
  }

  /** `onEnd` is called when the settlement that is under way ends. */
  waitFor(onEnd: End<Outcome>): void {
    if (this.waiter === undefined) this.waiter = onEnd;
    else {
      this.others ??= [];
      this.others.push(onEnd);
    }
  }

  /** The list that settles the delivery, or gives it back, has ended. */
  listEnded(error: SluiceError | undefined, results: ReadonlyArray<StepResult>): void {
    const { delivery } = this;
    if (this.state === "given back") {
      delivery.owner.givenBack(delivery);
      return;
    }
    if (this.state !== "settling") return;
    const outcome = performedBy(results) ?? this.requested ?? Ack;
    this.state = this.stateAfter(error);
    if (error === undefined) this.performed = outcome;
    // A list that was answered is never sent again. A refusal decides nothing: another outcome may follow.
    if (error?.retryable !== true) this.list = undefined;
    if (error?.retryable === false && this.state === "open") this.requested = undefined;
    // Those who wait may begin a new settlement at once, so the state that the others are told is read before.
    const { waiter, others, state, performed } = this;
    this.waiter = undefined;
    this.others = undefined;
    waiter?.(error, outcome);
    if (others !== undefined) for (const other of others) other(error, outcome);
    if (state === "open") delivery.owner.reopened();
    else if (!this.toldWithin) delivery.owner.ended(delivery, performed);
    if (state === "lost") delivery.custody.interrupt("lease lost");
  }

  private stateAfter(error: SluiceError | undefined): "open" | "settled" | "lost" {
    if (error === undefined) return "settled";
    return error._tag === "LeaseLost" && error.id === this.delivery.lease.id ? "lost" : "open";
  }

  /** Whether only the store knows how this settlement ended: it was not answered, and then the lease was lost. */
  private isUnanswered(outcome: Outcome): boolean {
    return this.isGone && this.list !== undefined && this.isAsked(outcome);
  }

  private askAgain(outcome: Outcome, onEnd: End<Outcome>): void {
    this.delivery.send(this.listOf(outcome), {
      lends: false,
      listEnded: (error, results) => onEnd(error, performedBy(results) ?? outcome),
    });
  }
}
