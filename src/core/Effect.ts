/**
 * An Effect is a cold Observable of exactly one value, or of a `SluiceError`, that can also be awaited: each subscription is
 * a run of its own, and all awaiting shares one. An Effect that nobody subscribes to or awaits does nothing.
 */
/* eslint-disable @typescript-eslint/no-unsafe-declaration-merging -- the interface adds what the type alone has */
import {
  from,
  map,
  Observable,
  type ObservableInput,
  type Observer,
  type SchedulerLike,
  type TeardownLogic,
  type Unsubscribable,
} from "rxjs";
import type { Growth, Jitter } from "./Backoff.js";
import { showAs } from "./inspecting.js";
import type { Options } from "./options.js";
import { promiseAsked } from "./promiseWatch.js";
import { retrying } from "./retrying.js";
import { type Defect, defect, isSluiceError, type SluiceError, toSluiceError } from "./SluiceError.js";

/** Is told how a run of an Effect ends: by `next` and `complete`, or by `error`. */
export interface Asker<in A> extends Observer<A> {
  /** Whether nobody listens any more. */
  readonly closed: boolean;
}

/** What one run of an Effect does. Its teardown is called once the run is over. */
export type Start<out A> = (asker: Asker<A>) => TeardownLogic;

/** How often and how patiently an Effect is run again; see `Effect.retry`. */
export type RetryOptions = Options<{
  /** Runs in all, the first included. 1 or more; default 5. */
  attemptsMax: number;
  /** The delay before the second run. Milliseconds, default 200; 0 runs again at once. */
  initialMs: number;
  /** How the delays grow: "exponential", "linear" or "none". Default "exponential". */
  growth: Growth;
  /** By how much each delay of exponential growth is longer than the one before. Default 2. */
  factor: number;
  /** No delay is longer, jitter included. Milliseconds, default 60,000. */
  delayMsMax: number;
  /** Default "full": "none", "full", "equal" or "decorrelated". */
  jitter: Jitter;
  /** No run begins later than this after the first one. Milliseconds; default: no bound. */
  deadlineMs: number;
  /** The clock of the delays. Default: that of the store which a Write changes, else the system's. */
  scheduler: SchedulerLike;
}>;

declare const errors: unique symbol;

/** The errors that an Effect can fail with, as its type says. */
export type ErrorsOf<F> = F extends { readonly [errors]?: infer E } ? Extract<E, SluiceError> : never;

/**
 * A cold Observable of exactly one value that fails with a `SluiceError`, and can be awaited.
 *
 * `subscribe` runs it anew each time. Awaiting (`then`, `catch`, `finally`) shares one run among all who await this Effect,
 * then and later; after a failure that is `retryable` the next await runs it again.
 *
 * Two slips do nothing: an Effect that nobody awaits or subscribes to, and awaiting what an rxjs operator made of it, which is a
 * plain Observable (to repeat an Effect there is `retry`). The lint rules `no-floating-promises` (with `checkThenables: true`)
 * and `await-thenable` of typescript-eslint catch them.
 *
 * The second type parameter says with which errors it can fail. TypeScript has no type for what is thrown, so `await` and
 * rxjs operators lose it; the tasks of `sluice/task` keep it.
 *
 * Memory: once awaited, an Effect keeps its value for as long as it lives.
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
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: nothing is to be written, it is there for the type alone
export class Effect<out A, out E extends SluiceError = SluiceError> extends Observable<A> implements PromiseLike<A> {
  private awaited: Promise<A> | undefined;

  constructor(private readonly start: Start<A>) {
    super(start);
  }

  /** What `await` calls: runs it unless it was awaited before, and tells the value or the error of that run. */
  // biome-ignore lint/suspicious/noThenProperty: an Effect is awaitable on purpose
  then<B = A, C = never>(
    onValue?: ((value: A) => B | PromiseLike<B>) | null,
    onError?: ((error: unknown) => C | PromiseLike<C>) | null,
  ): Promise<B | C> {
    return this.promise().then(onValue, onError);
  }

  /** `then(undefined, onError)`. */
  catch<C = never>(onError?: ((error: unknown) => C | PromiseLike<C>) | null): Promise<A | C> {
    return this.promise().catch(onError);
  }

  /** Like `then`, and calls back without the answer. */
  finally(onEnd?: (() => void) | null): Promise<A> {
    return this.promise().finally(onEnd);
  }

  /**
   * The same Effect, which runs again after each failure that is `retryable` (`StoreUnavailable`, `StoreFull`), after longer
   * and longer delays. Once its runs are used up it fails with the last error. The `retry` of a Write is a Write: a run without
   * an answer lends its ids to the next one, so nothing is written twice.
   *
   * Errors: those of the Effect; throws `InvalidConfig` for options out of range. Cancelling: ends the waiting.
   */
  retry(options: RetryOptions = {}): Effect<A, E> {
    return new Effect(retrying(this, options, {}));
  }

  toJSON(): object {
    return { _tag: "Effect" };
  }

  private promise(): Promise<A> {
    promiseAsked("An Effect was awaited");
    if (this.awaited !== undefined) return this.awaited;
    let again = false;
    const promise = new Promise<A>((resolve, reject) => {
      this.run(resolve, (error) => {
        again = isSluiceError(error) && error.retryable;
        if (again) this.awaited = undefined;
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is what the Effect fails with
        reject(error);
      });
    });
    // It may have failed within the call.
    if (!again) this.awaited = promise;
    return promise;
  }

  /**
   * Runs it and tells the value or the error. The library itself calls this instead of `subscribe`: what rxjs does to shield
   * subscribers from each other costs more than the rest of an Effect.
   */
  run(onValue: (value: A) => void, onError: (error: unknown) => void): Unsubscribable {
    const answer = new Answer(onValue, onError);
    try {
      answer.add(this.start(answer));
    } catch (cause) {
      // Once the value was told, it was its receiver that threw, and not the Effect.
      if (answer.emitted) throw cause;
      answer.error(cause);
    }
    return answer;
  }
}

/** The errors of an Effect stand in its type alone. A class cannot declare a property by a symbol without inference. */
// biome-ignore lint/correctness/noUnusedVariables: both declarations must have the parameters
export interface Effect<out A, out E extends SluiceError = SluiceError> {
  readonly [errors]?: E;
}
showAs(Effect, "Effect", () => ({}));

/** How one run ends: tells its value or its error, once. */
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
      // The error is told also where the teardown throws; else whoever awaits it would wait for ever.
      if (!this.emitted) this.onError(cause);
    }
  }

  /** Keeps the teardown for the end of the run, or runs it now where the run is over. */
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
export const effect = <A, E extends SluiceError = SluiceError>(start: Start<A>): Effect<A, E> => new Effect(start);

/** An Effect that has the value already. */
export const succeed = <A>(value: A): Effect<A, never> =>
  effect((asker) => {
    asker.next(value);
    asker.complete();
  });

/** An Effect that fails. What is no `SluiceError` becomes a `Defect`. */
export const fail = <E>(error: E): Effect<never, E extends SluiceError ? E : Defect> =>
  effect((asker) => asker.error(toSluiceError(error)));

/** Makes an Effect of an Observable that emits exactly one value; foreign errors become `Defect`. */
export const fromOne = <A, E extends SluiceError = SluiceError>(source: ObservableInput<A>): Effect<A, E> =>
  effect((asker) =>
    from(source).subscribe({
      next: (value) => asker.next(value),
      error: (error: unknown) => asker.error(toSluiceError(error)),
      complete: () => asker.complete(),
    }),
  );

/** Makes an Effect of a call that returns a promise. Each run makes the call anew, and cannot cancel it. */
export const fromPromise = <A, E extends SluiceError = SluiceError>(
  make: () => PromiseLike<A>,
  onError: (cause: unknown) => unknown,
): Effect<A, E> =>
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
export const mapEffect = <A, B, E extends SluiceError = SluiceError>(
  source: Observable<A> & { readonly [errors]?: E },
  change: (value: A) => B,
): Effect<B, E | Defect> => fromOne(source.pipe(map((value) => change(value))));

/**
 * The same Effect, with the errors that it can fail with in its type. By their types the calls of a store may fail with any error,
 * since nobody who writes or wraps a store can be made to prove which. The port states which errors occur, and its suites
 * try them.
 */
export const failingWith =
  <E extends SluiceError>() =>
  <A>(source: Effect<A>): Effect<A, E> =>
    source as Effect<A, E>;
