/** Effects one after the other. What rxjs has for this takes several times as long, and a command is made of some five. */
import type { Unsubscribable } from "rxjs";
import { type Effect, effect } from "./Effect.js";
import { type Defect, type SluiceError, toSluiceError } from "./SluiceError.js";

/** The Effect that `next` makes of the value of the first. Its error is the first one that occurs; a `next` that throws is a `Defect`. */
export const andThen = <A, B, E extends SluiceError = SluiceError, F extends SluiceError = SluiceError>(
  first: Effect<A, E>,
  next: (value: A) => Effect<B, F>,
): Effect<B, E | F | Defect> =>
  effect((asker) => {
    let then: Unsubscribable | undefined;
    const run = first.run(
      (value) => {
        then = runInto(asker, () => next(value));
      },
      (error) => asker.error(error),
    );
    return () => {
      run.unsubscribe();
      then?.unsubscribe();
    };
  });

/** The same Effect; where it fails, the Effect that `recover` makes of the error. */
export const orElse = <A, B, F extends SluiceError = SluiceError>(
  first: Effect<A>,
  recover: (error: SluiceError) => Effect<B, F>,
): Effect<A | B, F | Defect> => foldEffect<A, A | B, F>(first, (value) => value, recover);

/** An Effect whose value is changed by `onValue`, which must not throw; where it fails, the Effect that `onError` makes of the error. */
export const foldEffect = <A, B, F extends SluiceError = SluiceError>(
  first: Effect<A>,
  onValue: (value: A) => B,
  onError: (error: SluiceError) => Effect<B, F>,
): Effect<B, F | Defect> =>
  effect((asker) => {
    let then: Unsubscribable | undefined;
    const run = first.run(
      (value) => {
        asker.next(onValue(value));
        asker.complete();
      },
      (error) => {
        then = runInto(asker, () => onError(toSluiceError(error)));
      },
    );
    return () => {
      run.unsubscribe();
      then?.unsubscribe();
    };
  });

/** An Effect that is made when it runs; a maker that throws fails it. */
export const suspend = <A, E extends SluiceError = SluiceError>(make: () => Effect<A, E>): Effect<A, E> =>
  effect((asker) => runInto(asker, make));

interface Into<in A> {
  next(value: A): void;
  error(cause: unknown): void;
  complete(): void;
}

const runInto = <A>(asker: Into<A>, make: () => Effect<A>): Unsubscribable | undefined => {
  let made: Effect<A>;
  try {
    made = make();
  } catch (cause) {
    asker.error(toSluiceError(cause));
    return undefined;
  }
  return made.run(
    (value) => {
      asker.next(value);
      asker.complete();
    },
    (error) => asker.error(error),
  );
};
