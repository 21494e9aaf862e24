/** Works one after the other, until one does not succeed. */
import { isLeft } from "fp-ts/lib/Either.js";
import { Observable, Subscription } from "rxjs";
import { causeOf } from "../../core/Failure.js";
import { subscribeWork, type WorkObserver } from "../../core/subscribeWork.js";
import type { Work } from "../../core/Work.js";
import { answerOf } from "../../operators/internal/Answer.js";

/** The results of several works. */
export class Results {
  constructor(readonly all: ReadonlyArray<unknown>) {}
}

/** Emits the outcome of the first that answers one (but an ack), or all results; its error is the first failure. */
export const inTurn = (works: ReadonlyArray<() => Work>): Observable<unknown> =>
  new Observable((subscriber) => {
    const subscription = new Subscription();
    const results: Array<unknown> = [];
    const run = (at: number): void => {
      const work = works[at];
      if (work === undefined) {
        subscriber.next(new Results(results));
        subscriber.complete();
        return;
      }
      let last: unknown;
      let hasLast = false;
      const observer: WorkObserver = {
        subscription: undefined,
        next: (value) => {
          last = value;
          hasLast = true;
        },
        error: (cause: unknown) => subscriber.error(cause),
        complete: () => {
          if (!hasLast) {
            subscriber.error(new Error("The work completed without a value."));
            return;
          }
          const { result, outcome } = answerOf(last);
          if (isLeft(result)) subscriber.error(causeOf(result.left));
          else if (outcome !== undefined && outcome._tag !== "Ack") {
            subscriber.next(outcome);
            subscriber.complete();
          } else {
            results.push(result.right);
            run(at + 1);
          }
        },
      };
      try {
        subscribeWork(work(), observer);
      } catch (cause) {
        subscriber.error(cause);
      }
      if (observer.subscription !== undefined) subscription.add(observer.subscription);
    };
    run(0);
    return subscription;
  });
