/** Works one after the other, until one does not succeed. */
import { isLeft } from "fp-ts/lib/Either.js";
import { Observable, type Subscriber, type Unsubscribable } from "rxjs";
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
    const turns = new Turns(works, subscriber);
    turns.run();
    return turns;
  });

/** A loop, since any number of works may end at once. */
class Turns implements WorkObserver, Unsubscribable {
  subscription: Unsubscribable | undefined = undefined;
  private readonly results: Array<unknown> = [];
  private last: unknown = undefined;
  private hasLast = false;
  private looping = false;
  private goesOn = true;

  constructor(
    private readonly works: ReadonlyArray<() => Work>,
    private readonly subscriber: Subscriber<unknown>,
  ) {}

  run(): void {
    if (this.looping) return;
    this.looping = true;
    while (this.goesOn && !this.subscriber.closed) {
      this.goesOn = false;
      this.begin();
    }
    this.looping = false;
  }

  next(value: unknown): void {
    this.last = value;
    this.hasLast = true;
  }

  error(cause: unknown): void {
    this.subscriber.error(cause);
  }

  complete(): void {
    if (!this.hasLast) {
      this.error(new Error("The work completed without a value."));
      return;
    }
    const { result, outcome } = answerOf(this.last);
    if (isLeft(result)) this.error(causeOf(result.left));
    else if (outcome !== undefined && outcome._tag !== "Ack") this.end(outcome);
    else {
      this.results.push(result.right);
      this.goesOn = true;
      this.run();
    }
  }

  unsubscribe(): void {
    this.subscription?.unsubscribe();
  }

  private begin(): void {
    const work = this.works[this.results.length];
    this.hasLast = false;
    if (work === undefined) {
      this.end(new Results(this.results));
      return;
    }
    try {
      subscribeWork(work(), this);
    } catch (cause) {
      this.error(cause);
    }
  }

  private end(value: unknown): void {
    this.subscriber.next(value);
    this.subscriber.complete();
  }
}
