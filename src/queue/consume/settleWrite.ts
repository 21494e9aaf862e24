/**
 * The settlement of one delivery as a Write, which may be awaited, run again and joined with others.
 *
 * Its plan is made at each run: an open delivery is settled by it; one that is settled so, or is being settled so by another
 * write, is followed (nothing is written, and the answer is that of the other).
 */
import { left, right } from "fp-ts/lib/Either.js";
import { Observable } from "rxjs";
import type { SettleEnd } from "../../core/Message.js";
import type { Outcome } from "../../core/Outcome.js";
import type { MakePlan, Plan } from "../../core/Plan.js";
import type { SettleError, SluiceError } from "../../core/SluiceError.js";
import type { SettleStep } from "../../core/steps/Settle.js";
import type { Step } from "../../core/steps/Step.js";
import { type RunEnd, Write } from "../../core/Write.js";
import type { WriteTarget } from "../../core/WriteTarget.js";
import type { Lease } from "../../port/Lease.js";
import type { ListEnd, Settler } from "./Settler.js";

/** What a Write knows of the delivery that it settles. */
export interface Settling extends ListEnd {
  readonly owner: { readonly store: WriteTarget; readonly settler: Settler };
  readonly lease: Lease;
  readonly state: "open" | "settling" | "settled" | "lost";
  /** What the store has performed, once it is settled. */
  readonly performed: Outcome | undefined;
  /** Why it cannot be settled so, if something speaks against it. */
  readonly refusalOf: (outcome: Outcome) => SluiceError | undefined;
  /** The list that settles it so: the same again where it was not answered. */
  readonly listOf: (outcome: Outcome) => ReadonlyArray<SettleStep>;
  /** Begins a settlement, and answers whether it did: only an open delivery is settled. */
  readonly begin: (outcome: Outcome, list: ReadonlyArray<SettleStep>) => boolean;
  /** Is told how the settlement that is under way ends. */
  readonly waitFor: (end: SettleEnd) => void;
  /** Hands a list to the settler. */
  readonly push: (list: ReadonlyArray<Step>, end: ListEnd) => void;
}

export const settleWrite = (delivery: Settling, outcome: Outcome): Write<Outcome, SettleError> =>
  new Write(planOf(delivery, outcome), {
    target: delivery.owner.store,
    settles: true,
    send: (steps, _writeId, end) => send(delivery, steps, end),
  });

const planOf =
  (delivery: Settling, outcome: Outcome): MakePlan<Outcome> =>
  () => {
    const refusal = delivery.refusalOf(outcome);
    if (refusal !== undefined) return left(refusal);
    return right(delivery.state === "open" ? settlingPlan(delivery, outcome) : followingPlan(delivery, outcome));
  };

const settlingPlan = (delivery: Settling, outcome: Outcome): Plan<Outcome> => {
  const list = delivery.listOf(outcome);
  let begun = false;
  return {
    steps: list,
    read: ([result]) => (result?._tag === "Settled" ? result.outcome : outcome),
    onStart: () => {
      begun = delivery.begin(outcome, list);
    },
    onEnd: (error, results) => {
      if (begun) delivery.listEnded(error, results);
    },
    // Of a lost message only the store still knows whether the lost settlement was this one.
    stands: () => delivery.state === "lost" || (delivery.state === "open" && delivery.refusalOf(outcome) === undefined),
  };
};

/** For a message that is settled so, or is being settled so by another write: waits for that, and does nothing. */
const followingPlan = (delivery: Settling, outcome: Outcome): Plan<Outcome> => ({
  steps: [],
  read: () => delivery.performed ?? outcome,
  after: ended(delivery),
  stands: () => delivery.state === "settled",
});

/** Completes, without a value, when no settlement is under way any more, or fails as it does. */
const ended = (delivery: Settling): Observable<never> =>
  new Observable((subscriber) => {
    if (delivery.state !== "settling") {
      subscriber.complete();
      return;
    }
    delivery.waitFor((error) => (error === undefined ? subscriber.complete() : subscriber.error(error)));
    delivery.owner.settler.leaveSoon();
  });

/** The way of a Write to the store: its steps settle this message, among others, or follow what has settled it. */
const send = (delivery: Settling, steps: ReadonlyArray<Step>, end: RunEnd): void => {
  if (steps.length === 0) {
    end(undefined, []);
    return;
  }
  const settles = steps.filter((step) => step._tag === "Settle");
  const own = settles.some(({ token }) => token === delivery.lease.token);
  delivery.push(steps, { lends: own && delivery.lends, listEnded: end });
  // Leases of other messages may be shorter than those for which the settler's wait was chosen.
  if (settles.length > 1 || !own) delivery.owner.settler.leaveSoon();
};
