/**
 * An Effect is a cold Observable of exactly one value, or of a `SluiceError`, that can also be awaited. Awaiting is
 * subscribing: an Effect that nobody subscribes to or awaits does nothing.
 */
import { from, map, Observable, type ObservableInput, Subscriber, type Subscription, type TeardownLogic } from "rxjs";
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
  constructor(private readonly start: (subscriber: Subscriber<A>) => TeardownLogic) {
    super(start);
  }

  // biome-ignore lint/suspicious/noThenProperty: an Effect is awaitable on purpose
  then<B = A, C = never>(
    onValue?: ((value: A) => B | PromiseLike<B>) | null,
    onError?: ((error: unknown) => C | PromiseLike<C>) | null,
  ): Promise<B | C> {
    return new Promise<A>((resolve, reject) => this.run(resolve, reject)).then(onValue, onError);
  }

  /**
   * Subscribes, and tells the value or the error: for the calls of the library itself, where what rxjs does to shield
   * subscribers of all kinds from each other costs more than the rest of an Effect.
   */
  run(onValue: (value: A) => void, onError: (error: unknown) => void): Subscription {
    const answer = new Answer(onValue, onError);
    try {
      answer.add(this.start(answer));
    } catch (cause) {
      // What threw behind the value was whoever was told it.
      if (answer.emitted) throw cause;
      answer.error(cause);
    }
    return answer;
  }
}

/** What one run comes to: its value or its error, told once. */
class Answer<A> extends Subscriber<A> {
  emitted = false;

  constructor(
    private readonly onValue: (value: A) => void,
    private readonly onError: (error: unknown) => void,
  ) {
    super();
  }

  protected override _next(value: A): void {
    if (this.emitted) return;
    this.emitted = true;
    this.onValue(value);
  }

  protected override _error(cause: unknown): void {
    this.unsubscribe();
    if (!this.emitted) this.onError(cause);
  }

  protected override _complete(): void {
    this.unsubscribe();
    if (!this.emitted) this.onError(defect("an Effect completed without its value"));
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
