/** Bounded calls of a store, one after the other, until there is nothing more to do. */
import { type Observable, Subscription } from "rxjs";
import { type Effect, effect } from "../../core/Effect.js";
import { type SluiceError, toSluiceError } from "../../core/SluiceError.js";

/**
 * Runs `next` of the state again and again until it answers undefined, and emits the last state. A loop: rxjs's `expand`
 * nests each call in the one before, and a store that answers at once overflowed the stack after some hundred of them.
 * Unsubscribing ends it between two calls. A run that failed although it may be run again lends its state to the next one,
 * which makes the failed call again: under the same write id, if the state keeps that, so that it answers as it did.
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
