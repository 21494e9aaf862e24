/**
 * The settlement of one delivery as a Write, which may be awaited, run again and joined with others. By itself the Write asks the
 * `Settlement`. In a join its step is a part of the list, by a plan that is made at each run. The plan settles an open delivery.
 * Where the delivery was settled by the same outcome, or another write is settling it so, the plan writes nothing and gives the
 * answer of that settlement.
 */
import { left, right } from "fp-ts/lib/Either.js";
import { Observable } from "rxjs";
import type { Outcome } from "../../core/Outcome.js";
import type { MakePlan, Plan } from "../../core/Plan.js";
import type { SettleError } from "../../core/SluiceError.js";
import type { Step } from "../../core/steps/Step.js";
import { type RunEnd, Write } from "../../core/Write.js";
import type { LeasedDelivery } from "./LeasedDelivery.js";
import type { Settlement } from "./Settlement.js";
import type { Settler } from "./Settler.js";
import { performedBy } from "./settleStep.js";

export const settleWrite = (delivery: LeasedDelivery, outcome: Outcome): Write<Outcome, SettleError> =>
  new Write(
    planOf(delivery, outcome),
    {
      target: delivery.owner.store,
      settles: true,
      send: (steps, _writeId, end) => sendJoined(delivery, steps, end),
    },
    (asker) =>
      delivery.settlement.ask(outcome, (error, performed) => {
        if (error !== undefined) {
          asker.error(error);
          return;
        }
        asker.next(performed);
        asker.complete();
      }),
  );

const planOf =
  ({ settlement, owner }: LeasedDelivery, outcome: Outcome): MakePlan<Outcome> =>
  (planFor) => {
    const refusal = settlement.refusalOf(outcome);
    if (refusal !== undefined) return left(refusal);
    // What was done within one commit of the user's may be rolled back, so another one does it anew.
    const isUndecided = settlement.state === "within" && (planFor === "within" || !settlement.isAsked(outcome));
    return right(
      settlement.state === "open" || isUndecided
        ? settlingPlan(settlement, outcome)
        : followingPlan(settlement, { outcome, settler: owner.settler }),
    );
  };

const settlingPlan = (settlement: Settlement, outcome: Outcome): Plan<Outcome> => {
  const list = settlement.listOf(outcome);
  let begun = false;
  return {
    steps: list,
    read: (results) => performedBy(results) ?? outcome,
    onStart: () => {
      begun = settlement.begin(outcome, list);
    },
    onEnd: (error, results) => {
      if (begun) settlement.listEnded(error, results);
    },
    onWithin: (results) => settlement.doneWithin(outcome, performedBy(results) ?? outcome),
    // Where the lease is lost, only the store knows whether the settlement that was not answered was this one.
    stands: () => settlement.isGone || (settlement.state === "open" && settlement.refusalOf(outcome) === undefined),
  };
};

/** Where the message was settled by this outcome, or another write is settling it so: waits for that, and writes nothing. */
const followingPlan = (
  settlement: Settlement,
  { outcome, settler }: { readonly outcome: Outcome; readonly settler: Settler },
): Plan<Outcome> => ({
  steps: [],
  read: () => settlement.performed ?? outcome,
  after: ended(settlement, settler),
  stands: () => settlement.state === "settled" || settlement.state === "within",
});

/** Completes, without a value, when no settlement is under way any more; fails where that settlement fails. */
const ended = (settlement: Settlement, settler: Settler): Observable<never> =>
  new Observable((subscriber) => {
    if (settlement.state !== "settling") {
      subscriber.complete();
      return;
    }
    settlement.waitFor((error) => (error === undefined ? subscriber.complete() : subscriber.error(error)));
    settler.leaveSoon();
  });

/** Sends a join to the store. Its steps settle this message and others, or only go along with a message that is settled already. */
const sendJoined = (delivery: LeasedDelivery, steps: ReadonlyArray<Step>, end: RunEnd): void => {
  if (steps.length === 0) {
    end(undefined, []);
    return;
  }
  const { lease, owner, settlement } = delivery;
  const settles = steps.filter((step) => step._tag === "Settle");
  const own = settles.some(({ token }) => token === lease.token);
  delivery.send(steps, { lends: own && settlement.lends, listEnded: end });
  // The settler's waiting time was chosen for the leases of its own source. Leases of other messages may be shorter.
  if (settles.length > 1 || !own) owner.settler.leaveSoon();
};
