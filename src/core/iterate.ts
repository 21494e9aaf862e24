/** Makes bounded calls to a store, one after the other, until nothing is left to do. */
import { type Observable, Subscription } from "rxjs";
import { type Effect, effect } from "./Effect.js";
import { type SluiceError, toSluiceError } from "./SluiceError.js";

/**
 * Runs `next(state)` again and again until it answers undefined, and emits the last state. It is a loop: rxjs's `expand` nests each
 * call in the one before, and with a store that answers at once the stack overflowed after some hundred calls. Unsubscribing
 * ends it between two calls. A run with a retryable failure lends its state to the next run, which makes the failed call again.
 * Where the state contains the write id, the call has the same one, and is answered as before.
 */
export const iterate = <S, E extends SluiceError>(
  start: () => S,
  next: (state: S) => Observable<S> | undefined,
): Effect<S, E> => {
  const lent: Array<S> = [];
  return effect((asker) => {
    const calls = new Subscription();
    let state = lent.pop() ?? start();
    let looping = false;
    const run = (): void => {
      looping = true;
      for (let ended = true; ended && !asker.closed; ) {
        ended = false;
        const call = next(state);
        if (call === undefined) {
          asker.next(state);
          asker.complete();
          return;
        }
        calls.add(
          call.subscribe({
            next: (value) => {
              state = value;
            },
            error: (cause: unknown) => {
              const error = toSluiceError(cause);
              if (error.retryable) lent.push(state);
              asker.error(error);
            },
            complete: () => {
              ended = true;
              if (!looping) run();
            },
          }),
        );
      }
      looping = false;
    };
    run();
    return calls;
  });
};
