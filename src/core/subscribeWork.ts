/** Subscribes to what a handler returned. Promises of handlers are followed only here. */
import { isObservable, type Observer, Subscriber, type Unsubscribable } from "rxjs";
import { isThenable } from "./isThenable.js";
import { promiseAsked } from "./promiseWatch.js";

/** Is told how a work ends. */
export interface WorkObserver extends Observer<unknown> {
  /** The subscription of the work, written before the first value. A promise cannot be cancelled, so it has none. */
  subscription: Unsubscribable | undefined;
}

/**
 * Subscribes to a work; the subscription is the work. A value that is no work is told as an error that says so.
 *
 * @internal
 */
export const subscribeWork = (work: unknown, observer: WorkObserver): void => {
  // An Effect is both an Observable and a thenable. As an Observable it stays on virtual time.
  if (isObservable(work)) {
    const subscriber = new Subscriber<unknown>(observer);
    observer.subscription = subscriber;
    work.subscribe(subscriber);
    return;
  }
  try {
    const promise = isThenable(work) || typeof work !== "function" ? work : (work as () => unknown)();
    if (isThenable(promise)) follow(promise, observer);
    else observer.error(notAWork(work));
  } catch (cause) {
    observer.error(cause);
  }
};

const follow = (promise: PromiseLike<unknown>, observer: Observer<unknown>): void => {
  promiseAsked("A handler returned a promise");
  promise.then(
    (value) => {
      observer.next(value);
      observer.complete();
    },
    (cause: unknown) => observer.error(cause),
  );
};

const notAWork = (value: unknown): TypeError =>
  new TypeError(
    `The handler returned ${typeof value === "function" ? "a function that returns no promise" : `no work but ${value === null ? "null" : `a value of type ${typeof value}`}`}; return an Observable, a promise, a Task or a TaskEither.`,
  );
