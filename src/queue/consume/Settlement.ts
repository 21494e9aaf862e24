/**
 * How one delivery ends. Every way to end it comes by here, once: what operators settle, `ack` and `settle` of a message,
 * poison, and what its source gives back ask for it (`ask`, `giveBack`); a join of several writes makes it a part of its own
 * list (`begin`, `listEnded`). The step goes through the settler of its owner, and all who asked are told the one answer.
 *
 * ```text
 *            ask, begin            confirmed
 *   open ─────────────▶ settling ─────────────▶ settled      same outcome again: the first answer; another: AlreadySettled
 *    │ │ ◀───────────────┘  │ refused for another list's sake
 *    │ │ unanswered, undone │
 *    │ └── its lease is gone┴──▶ lost                         LeaseLost
 *    └──── giveBack ───────────▶ given back                   LeaseLost
 * ```
 *
 * An outcome that was not answered may have happened, so it stands: the same may be asked for again, by the same list, also
 * of a message that is lost by then. A delivery whose lease ran out while nobody held it stays open: its credit is back, and
 * the store decides whether a late settlement still finds the message.
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
  state: "open" | "settling" | "settled" | "lost" | "given back" = "open";
  /** What the store has performed, once it is settled. */
  performed: Outcome | undefined = undefined;
  private requested: Outcome | undefined = undefined;
  /** The list of what is requested: the same again where it was not answered. */
  private list: ReadonlyArray<SettleStep> | undefined = undefined;
  /** Who asked for what is under way: mostly one. */
  private waiter: End<Outcome> | undefined = undefined;
  private others: Array<End<Outcome>> | undefined = undefined;

  constructor(private readonly delivery: LeasedDelivery) {}

  /** It ended without being settled by this consumer. */
  get isGone(): boolean {
    return this.state === "lost" || this.state === "given back";
  }

  /** Whether it lends credit while the store has it. What expired takes no credit any more, and what is given back ends here. */
  get lends(): boolean {
    return this.state === "settling" && this.delivery.tenure.live;
  }

  /** Settles it so; `onEnd` is called once, later or at once. */
  ask(outcome: Outcome, onEnd: End<Outcome>): void {
    const refusal = this.refusalOf(outcome);
    if (refusal !== undefined) {
      if (this.isUnanswered(outcome)) this.askAgain(outcome, onEnd);
      else onEnd(refusal, outcome);
    } else if (this.performed !== undefined) onEnd(undefined, this.performed);
    else {
      this.waitFor(onEnd);
      const list = this.listOf(outcome);
      if (this.begin(outcome, list)) this.delivery.send(list, this);
    }
  }

  /** For its source, which has it back: it is released, and lost to whoever would settle it from now on. */
  giveBack(reason: string): void {
    const { lease, owner, custody } = this.delivery;
    this.state = "given back";
    this.delivery.send([{ ...settleStepOf(owner, lease, Release({ reason })), untouched: !custody.given }], this);
  }

  /** Its lease is gone. What is being settled is told that by the answer. */
  lose(): void {
    if (this.state !== "open") return;
    this.state = "lost";
    const { delivery } = this;
    delivery.owner.ended(delivery, undefined);
    delivery.custody.interrupt("lease lost");
  }

  /** Why it cannot be settled so, if something speaks against it. */
  refusalOf(outcome: Outcome): SluiceError | undefined {
    if (!isOutcome(outcome)) return notAnOutcome("outcome");
    if (this.isGone) return this.gone();
    if (this.requested !== undefined && !sameOutcome(this.requested, outcome))
      return alreadySettled(this.delivery.lease.id, this.performed ?? this.requested);
    return misfitOf(outcome);
  }

  gone(): LeaseLost {
    return leaseLost(this.delivery.lease.id, this.state === "given back" ? "given back" : "gone");
  }

  /** The list that settles it so: the same again where it was not answered. */
  listOf(outcome: Outcome): ReadonlyArray<SettleStep> {
    return this.list ?? [settleStepOf(this.delivery.owner, this.delivery.lease, outcome)];
  }

  /** Whether it is being settled by this from now on: only what is open can be. */
  begin(outcome: Outcome, list: ReadonlyArray<SettleStep>): boolean {
    if (this.state !== "open") return false;
    this.state = "settling";
    this.requested = outcome;
    this.list = list;
    return true;
  }

  /** Is told how the settlement that is under way ends. */
  waitFor(onEnd: End<Outcome>): void {
    if (this.waiter === undefined) this.waiter = onEnd;
    else {
      this.others ??= [];
      this.others.push(onEnd);
    }
  }

  /** How the list ended that settles it, or gives it back. */
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
    // What was answered has nothing to be asked again. A refusal decides nothing either: another outcome may follow.
    if (error?.retryable !== true) this.list = undefined;
    if (error?.retryable === false && this.state === "open") this.requested = undefined;
    // Who waits may begin a new settlement at once: what is told of this one is known before.
    const { waiter, others, state, performed } = this;
    this.waiter = undefined;
    this.others = undefined;
    waiter?.(error, outcome);
    if (others !== undefined) for (const other of others) other(error, outcome);
    if (state === "open") delivery.owner.reopened();
    else delivery.owner.ended(delivery, performed);
    if (state === "lost") delivery.custody.interrupt("lease lost");
  }

  private stateAfter(error: SluiceError | undefined): "open" | "settled" | "lost" {
    if (error === undefined) return "settled";
    return error._tag === "LeaseLost" && error.id === this.delivery.lease.id ? "lost" : "open";
  }

  /** Whether only the store knows how this ended: it did not answer, and then the lease was gone. */
  private isUnanswered(outcome: Outcome): boolean {
    const { requested } = this;
    return this.isGone && this.list !== undefined && requested !== undefined && sameOutcome(requested, outcome);
  }

  private askAgain(outcome: Outcome, onEnd: End<Outcome>): void {
    this.delivery.send(this.listOf(outcome), {
      lends: false,
      listEnded: (error, results) => onEnd(error, performedBy(results) ?? outcome),
    });
  }
}
