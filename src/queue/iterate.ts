/** Bounded calls of a store, one after the other, until there is nothing more to do. */
import type { Observable } from "rxjs";
import { type Effect, effect } from "../core/Effect.js";
import { toSluiceError } from "../core/SluiceError.js";

/**
 * Runs `next` of the state again and again until it answers undefined, and emits the last state. A loop: rxjs's `expand`
 * nests each call in the one before, and a store that answers at once overflowed the stack after some hundred of them.
 * Unsubscribing ends it between two calls.
 */
export const iterate = <S>(start: S, next: (state: S) => Observable<S> | undefined): Effect<S> =>
  effect((subscriber) => {
    let state = start;
    let looping = false;
    const run = (): void => {
      looping = true;
      for (let ended = true; ended && !subscriber.closed; ) {
        ended = false;
        const call = next(state);
        if (call === undefined) {
          subscriber.next(state);
          subscriber.complete();
          return;
        }
        subscriber.add(
          call.subscribe({
            next: (value) => {
              state = value;
            },
            error: (error: unknown) => subscriber.error(toSluiceError(error)),
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
  });
