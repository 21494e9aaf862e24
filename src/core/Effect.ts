/**
 * An Effect is a cold Observable of exactly one value, or of a `SluiceError`, that can also be awaited. Awaiting is
 * subscribing: an Effect that nobody subscribes to or awaits does nothing.
 */
import {
  from,
  map,
  Observable,
  type ObservableInput,
  type Observer,
  type TeardownLogic,
  type Unsubscribable,
} from "rxjs";
import { promiseAsked } from "./promiseWatch.js";
import { defect, toSluiceError } from "./SluiceError.js";

/** Who is told what an Effect comes to: next and complete, or error. */
export interface Asker<in A> extends Observer<A> {
  /** Nobody wants to know any more. */
  readonly closed: boolean;
}

/** What an Effect does for each of those who subscribe, and how that is undone once it is over. */
export type Start<out A> = (asker: Asker<A>) => TeardownLogic;

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
  constructor(private readonly start: Start<A>) {
    super(start);
  }

  // biome-ignore lint/suspicious/noThenProperty: an Effect is awaitable on purpose
  then<B = A, C = never>(
    onValue?: ((value: A) => B | PromiseLike<B>) | null,
    onError?: ((error: unknown) => C | PromiseLike<C>) | null,
  ): Promise<B | C> {
    promiseAsked("An Effect was awaited");
    return new Promise<A>((resolve, reject) => this.run(resolve, reject)).then(onValue, onError);
  }

  /**
   * Subscribes, and tells the value or the error: for the calls of the library itself, where what rxjs does to shield
   * subscribers of all kinds from each other costs more than the rest of an Effect.
   */
  run(onValue: (value: A) => void, onError: (error: unknown) => void): Unsubscribable {
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
class Answer<A> implements Asker<A>, Unsubscribable {
  emitted = false;
  closed = false;
  private teardown: TeardownLogic = undefined;

  constructor(
    private readonly onValue: (value: A) => void,
    private readonly onError: (error: unknown) => void,
  ) {}

  next(value: A): void {
    if (this.emitted || this.closed) return;
    this.emitted = true;
    this.onValue(value);
  }

  error(cause: unknown): void {
    this.end(cause);
  }

  complete(): void {
    this.end(this.emitted ? undefined : defect("an Effect completed without its value"));
  }

  private end(cause: unknown): void {
    if (this.closed) return;
    try {
      this.unsubscribe();
    } finally {
      // Told also where the teardown throws: whoever awaits it would wait for ever.
      if (!this.emitted) this.onError(cause);
    }
  }

  /** What is to be done at its end, or now where that has been. */
  add(teardown: TeardownLogic): void {
    if (this.closed) tearDown(teardown);
    else this.teardown = teardown;
  }

  unsubscribe(): void {
    this.closed = true;
    const { teardown } = this;
    this.teardown = undefined;
    tearDown(teardown);
  }
}

const tearDown = (teardown: TeardownLogic): void => {
  if (typeof teardown === "function") teardown();
  else teardown?.unsubscribe();
};

/** An Effect from a subscribe function that emits one value and completes, or errors. */
export const effect = <A>(start: Start<A>): Effect<A> => new Effect(start);

/** An Effect that has the value already. */
export const succeed = <A>(value: A): Effect<A> =>
  effect((asker) => {
    asker.next(value);
    asker.complete();
  });

/** An Effect that fails. */
export const fail = (error: unknown): Effect<never> => effect((asker) => asker.error(toSluiceError(error)));

/** Makes an Effect of an Observable that emits exactly one value; foreign errors become `Defect`. */
export const fromOne = <A>(source: ObservableInput<A>): Effect<A> =>
  effect((asker) =>
    from(source).subscribe({
      next: (value) => asker.next(value),
      error: (error: unknown) => asker.error(toSluiceError(error)),
      complete: () => asker.complete(),
    }),
  );

/** The one door by which promises enter: the promise is made at each subscription, and cannot be cancelled. */
export const fromPromise = <A>(make: () => PromiseLike<A>, onError: (cause: unknown) => unknown): Effect<A> =>
  effect((asker) => {
    promiseAsked("An Effect is made of a promise");
    const failed = (cause: unknown): void => asker.error(toSluiceError(onError(cause)));
    try {
      make().then((value) => {
        asker.next(value);
        asker.complete();
      }, failed);
    } catch (cause) {
      failed(cause);
    }
  });

/** The same Effect with its value changed; a change that throws is a `Defect`. */
export const mapEffect = <A, B>(source: Observable<A>, change: (value: A) => B): Effect<B> =>
  fromOne(source.pipe(map((value) => change(value))));
