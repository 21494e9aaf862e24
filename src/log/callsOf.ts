/** Calls to a store, one after the other, as one Observable of what they bring. */
import { Observable, Subscription } from "rxjs";
import { Outage } from "../core/Outage.js";
import { type SluiceError, toSluiceError } from "../core/SluiceError.js";
import type { Sources } from "../core/Sources.js";

/** What one call brings, and where the next one goes on; undefined is the end. An error comes behind the items. */
export interface Turn<out S, out T> {
  readonly items: ReadonlyArray<T>;
  readonly next: S | undefined;
  readonly error?: SluiceError | undefined;
}

export interface CallsOptions<S, T> {
  /** Where the first call begins; undefined where there is nothing to do. */
  readonly start: S | undefined;
  /** One call: emits one turn. */
  readonly call: (state: S) => Observable<Turn<S, T>>;
  /** For what goes on for ever: calls of a store that does not answer are made again, and its close is the end. */
  readonly live: boolean;
}

/**
 * The next call is made when all items of the one before were emitted, so one page is held. It is a loop, since nested calls would
 * overflow the stack with a store that answers at once. Unsubscribing ends the call under way, and its waiting.
 */
export const callsOf = <S, T>(sources: Sources, { start, call, live }: CallsOptions<S, T>): Observable<T> =>
  new Observable((subscriber) => {
    const calls = new Subscription();
    const outage = new Outage(sources);
    calls.add(() => outage.stop());
    let attempt = 1;
    let looping = false;
    if (start === undefined) {
      subscriber.complete();
      return undefined;
    }
    let state = start;
    /** Whether the call is over, and another one is to be made. */
    let goesOn = true;
    const emit = ({ items, next, error }: Turn<S, T>): void => {
      attempt = 1;
      for (const item of items) {
        if (subscriber.closed) return;
        subscriber.next(item);
      }
      if (error !== undefined) subscriber.error(error);
      else if (next === undefined) subscriber.complete();
      else {
        state = next;
        goesOn = true;
      }
    };
    const failed = (cause: unknown): void => {
      const error = toSluiceError(cause);
      if (live && error._tag === "StoreClosed") subscriber.complete();
      else if (live && error.retryable) outage.again(attempt++, resume);
      else subscriber.error(error);
    };
    const run = (): void => {
      if (looping) return;
      looping = true;
      while (goesOn && !subscriber.closed) {
        goesOn = false;
        calls.add(call(state).subscribe({ next: emit, error: failed, complete: run }));
      }
      looping = false;
    };
    const resume = (): void => {
      goesOn = true;
      run();
    };
    run();
    return calls;
  });
