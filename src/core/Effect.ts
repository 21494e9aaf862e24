/**
 * An Effect is a cold Observable of exactly one value, or of a `SluiceError`, that can also be awaited. Awaiting is
 * subscribing: an Effect that nobody subscribes to or awaits does nothing.
 */
import { from, map, Observable, type ObservableInput, type Subscriber, type TeardownLogic } from "rxjs";
import { defect, toSluiceError } from "./SluiceError.js";

/**
 * A cold Observable of exactly one value that fails with a `SluiceError`; `await` subscribes to it.
 *
 * @example
 * ```ts
 * import { firstValueFrom } from "rxjs";
 * import { succeed } from "sluice";
 *
 * const effect = succeed(42);
 * console.log(await effect, await firstValueFrom(effect));
 * ```
 */
export class Effect<out A> extends Observable<A> implements PromiseLike<A> {
  // biome-ignore lint/suspicious/noThenProperty: an Effect is awaitable on purpose
  then<B = A, C = never>(
    onValue?: ((value: A) => B | PromiseLike<B>) | null,
    onError?: ((error: unknown) => C | PromiseLike<C>) | null,
  ): Promise<B | C> {
    return new Promise<A>((resolve, reject) => {
      let emitted = false;
      this.subscribe({
        next: (value) => {
          emitted = true;
          resolve(value);
        },
        error: reject,
        complete: () => {
          if (!emitted) reject(defect("an Effect completed without its value"));
        },
      });
    }).then(onValue, onError);
  }
}

/** An Effect from a subscribe function that emits one value and completes, or errors. */
export const effect = <A>(subscribe: (subscriber: Subscriber<A>) => TeardownLogic): Effect<A> => new Effect(subscribe);

/** An Effect that has the value already. */
export const succeed = <A>(value: A): Effect<A> =>
  effect((subscriber) => {
    subscriber.next(value);
    subscriber.complete();
  });

/** An Effect that fails. */
export const fail = (error: unknown): Effect<never> => effect((subscriber) => subscriber.error(toSluiceError(error)));

/** Makes an Effect of an Observable that emits exactly one value; foreign errors become `Defect`. */
export const fromOne = <A>(source: ObservableInput<A>): Effect<A> =>
  effect((subscriber) =>
    from(source).subscribe({
      next: (value) => subscriber.next(value),
      error: (error: unknown) => subscriber.error(toSluiceError(error)),
      complete: () => subscriber.complete(),
    }),
  );

/** The one door by which promises enter: the promise is made at each subscription, and cannot be cancelled. */
export const fromPromise = <A>(make: () => PromiseLike<A>, onError: (cause: unknown) => unknown): Effect<A> =>
  effect((subscriber) => {
    const failed = (cause: unknown): void => subscriber.error(toSluiceError(onError(cause)));
    try {
      make().then((value) => {
        subscriber.next(value);
        subscriber.complete();
      }, failed);
    } catch (cause) {
      failed(cause);
    }
  });

/** The same Effect with its value changed; a change that throws is a `Defect`. */
export const mapEffect = <A, B>(source: Observable<A>, change: (value: A) => B): Effect<B> =>
  fromOne(source.pipe(map((value) => change(value))));
