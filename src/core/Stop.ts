/** The end of a run, by its `stop$`. */
import {
  defer,
  map,
  merge,
  type Observable,
  type ObservableInput,
  ReplaySubject,
  type SchedulerLike,
  Subscription,
  take,
  timer,
} from "rxjs";
import { describeCause } from "./cause.js";
import { unlessPromise } from "./promiseWatch.js";
import { invalidConfig } from "./SluiceError.js";

export class Stop {
  /** Emits once, also to those who come later. */
  readonly stopped$: ReplaySubject<void> = new ReplaySubject<void>(1);
  private stopped = false;

  constructor(private readonly scheduler: SchedulerLike) {}

  get isAsked(): boolean {
    return this.stopped;
  }

  /** Waits for a value of `stop$`. Its failure is told as `InvalidConfig`. */
  listen(stop$: ObservableInput<unknown> | undefined, onError: (error: unknown) => void): Subscription {
    if (stop$ === undefined) return Subscription.EMPTY;
    return defer(() => unlessPromise(stop$, "stop$ is a promise"))
      .pipe(take(1))
      .subscribe({
        next: () => {
          this.stopped = true;
          this.stopped$.next();
        },
        error: (cause: unknown) => onError(stopFailed(cause)),
      });
  }

  /** What the source emits first; undefined where the stop comes before. */
  before<A>(source$: Observable<A>): Observable<A | undefined> {
    return merge(source$, this.stopped$.pipe(map(() => undefined))).pipe(take(1));
  }

  /** Emits after so much time, or at the stop. */
  pause(ms: number): Observable<unknown> {
    return this.before(timer(ms, this.scheduler));
  }
}

const stopFailed = (cause: unknown): Error =>
  invalidConfig("stop$", `stop$ must not fail: a value of it stops the run. It failed with: ${describeCause(cause)}`);
