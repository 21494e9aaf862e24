/** The one bridge from what a handler returned to the world of subscriptions. */
import { isObservable, type Observer, Subscriber, type Unsubscribable } from "rxjs";
import { promiseAsked } from "../../core/promiseWatch.js";

/** Who waits for a work. */
export interface WorkObserver extends Observer<unknown> {
  /** Written before the first value. A promise cannot be called back: it has none. */
  subscription: Unsubscribable | undefined;
}

/**
 * Subscribes to a work; the subscription is the work. Whatever is no work is an error that says so.
 *
 * @internal
 */
export const subscribeWork = (work: unknown, observer: WorkObserver): void => {
  // An Effect is an Observable that can be awaited: subscribed to as an Observable it stays on virtual time.
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

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  ((typeof value === "object" && value !== null) || typeof value === "function") &&
  "then" in value &&
  typeof value.then === "function";

const notAWork = (value: unknown): TypeError =>
  new TypeError(
    `The handler returned ${typeof value === "function" ? "a function that returns no promise" : `no work but ${value === null ? "null" : `a value of type ${typeof value}`}`}; return an Observable, a promise, a Task or a TaskEither.`,
  );
