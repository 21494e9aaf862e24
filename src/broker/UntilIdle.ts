/** Correlates and delivers what there is, until nothing makes progress any more; one at a time in a process. */
import {
  AsyncSubject,
  concat,
  defer,
  exhaustMap,
  filter,
  finalize,
  map,
  merge,
  Observable,
  type Observer,
  of,
  reduce,
  Subject,
  switchMap,
  take,
  timer,
  type Unsubscribable,
} from "rxjs";
import { soon } from "../core/Clock.js";
import { type Effect, mapEffect } from "../core/Effect.js";
import { iterate } from "../core/iterate.js";
import { toSluiceError } from "../core/SluiceError.js";
import { idFrom } from "../core/Sources.js";
import { Stop } from "../core/Stop.js";
import { callsOf } from "../log/callsOf.js";
import type { QueueStats } from "../port/Inspect.js";
import { allLanes } from "./allLanes.js";
import type { Idle } from "./Broker.js";
import { Correlator, PAGE_COUNT } from "./correlate/Correlator.js";
import type { Place } from "./correlate/Place.js";
import { pendingOf } from "./correlate/Room.js";
import type { CorrelatorEvent } from "./correlate/told.js";
import type { Parts } from "./definition.js";
import { deliver } from "./deliver/deliver.js";
import type { Lane } from "./Lane.js";
import type { Local } from "./Local.js";
import { CONCURRENCY } from "./run.js";

/** How often a lane is looked at, whether anything is left in it. */
const LOOK_MS = 20;
/** What is leased and does not change over so many looks is in the hands of others. */
const LOOKS = 3;

/** A run that was woken and failed is made again after this time, then after twice as long, so many times: within about a minute. */
const AGAIN_MS = 2_000;
const AGAIN_MAX = 5;

/** What a pass has done. */
interface Done extends Idle {
  /** Events that were correlated, and deliveries that left their lines or blocked them. What waits for a retry is no progress. */
  readonly progress: number;
}

const nothing: Done = { fetched: 0, delivered: 0, acked: 0, skipped: 0, blocked: 0, left: 0, progress: 0 };

export class UntilIdle {
  private current: AsyncSubject<Idle> | undefined;
  /** The run behind it, for all who have come meanwhile. */
  private following: AsyncSubject<Idle> | undefined;
  private waking = false;
  /** The next run, where one that was woken has failed. */
  private again: Unsubscribable | undefined;

  constructor(
    private readonly parts: Parts,
    private readonly local: Local,
  ) {}

  /** The next run that begins from now on. */
  run(): Observable<Idle> {
    if (this.current === undefined) {
      const answer = new AsyncSubject<Idle>();
      this.begin(answer);
      return answer;
    }
    this.following ??= new AsyncSubject();
    return this.following;
  }

  /** Soon, once for all calls of one moment. A run waits for events by itself. */
  wake(): void {
    this.again?.unsubscribe();
    this.again = undefined;
    if (this.waking || this.local.isRunning) return;
    this.waking = true;
    soon(this.parts.store.scheduler, () => {
      this.waking = false;
      this.woken(0);
    });
  }

  /** A run for those who have called `wake`. Where the store did not answer there is another one later, unless somebody wakes it before. */
  private woken(failures: number): void {
    this.run().subscribe({
      error: (cause: unknown) => {
        const { scheduler } = this.parts.store;
        const goesOn = toSluiceError(cause).retryable && failures < AGAIN_MAX && this.again === undefined;
        const delayMs = AGAIN_MS * 2 ** failures;
        this.local.sink.tell({ _tag: "Failed", cause, dueAtMs: goesOn ? scheduler.now() + delayMs : undefined });
        if (!goesOn) return;
        this.again = scheduler.schedule(() => {
          this.again = undefined;
          if (!this.local.isRunning) this.woken(failures + 1);
        }, delayMs);
      },
    });
  }

  private begin(answer: AsyncSubject<Idle>): void {
    this.current = answer;
    const end = (tell: (observer: Observer<Idle>) => void): void => {
      const { following } = this;
      this.current = undefined;
      this.following = undefined;
      // Whoever is told may ask for the next run at once.
      if (following !== undefined) this.begin(following);
      tell(answer);
    };
    passes(this.parts, this.local).run(
      (idle) =>
        end((observer) => {
          observer.next(idle);
          observer.complete();
        }),
      (cause) => end((observer) => observer.error(toSluiceError(cause))),
    );
  }
}

interface Passed {
  readonly sum: Done;
  readonly goesOn: boolean;
}

/** Handlers may have appended events, so it begins again where anything was done. */
const passes = (parts: Parts, local: Local): Effect<Idle> =>
  mapEffect(
    iterate<Passed, never>(
      () => ({ sum: nothing, goesOn: true }),
      ({ sum, goesOn }) =>
        goesOn
          ? pass(parts, local).pipe(
              // What is left is told by the last of them.
              map((done) => ({ sum: { ...plus(sum, done), left: done.left }, goesOn: done.progress > 0 })),
            )
          : undefined,
    ),
    ({ sum: { progress: _, ...idle } }) => idle,
  );

const pass = (parts: Parts, local: Local): Observable<Done> =>
  defer(() => {
    const me = idFrom(parts.store);
    return merge(...parts.lanes.map((lane) => correlated(lane, local, me))).pipe(
      reduce(plus, nothing),
      switchMap((fetched) =>
        allLanes(parts).pipe(
          switchMap((lanes) => merge(...lanes.map((lane) => delivered(lane, local, me))).pipe(reduce(plus, fetched))),
        ),
      ),
    );
  });

const plus = (one: Done, other: Done): Done => ({
  fetched: one.fetched + other.fetched,
  delivered: one.delivered + other.delivered,
  acked: one.acked + other.acked,
  skipped: one.skipped + other.skipped,
  blocked: one.blocked + other.blocked,
  left: one.left + other.left,
  progress: one.progress + other.progress,
});

/** Up to the end of the log, or until the lane is full. */
const correlated = (lane: Lane, local: Local, me: string): Observable<Done> => {
  const stop = new Stop(lane.store.scheduler);
  const correlator = new Correlator(lane, { stop, me, untilIdle: true, pageSizeMax: PAGE_COUNT });
  const start: Place = { does: "look", first: true };
  return callsOf<Place, CorrelatorEvent>(lane.store, { start, call: correlator.turn, live: false }).pipe(
    map((event) => {
      local.correlated(lane.name, me, event);
      const fetched = event._tag === "Correlated" ? event.events : 0;
      return { ...nothing, fetched, progress: fetched };
    }),
    finalize(() => local.correlates(lane.name, me, false)),
  );
};

/** Until the lane has nothing that is ready, and this process nothing in hand. */
const delivered = (lane: Lane, local: Local, me: string): Observable<Done> =>
  new Observable((subscriber) => {
    const quiet$ = new Subject<void>();
    const idle$ = new Subject<void>();
    let running = 0;
    let isStirred = false;
    let left = 0;
    const onRunning = (count: number): void => {
      running = count;
      isStirred = true;
      local.runningIn(lane.name, me, count);
      if (count === 0) quiet$.next();
    };
    const looks = merge(timer(0, LOOK_MS, lane.store.scheduler), quiet$).pipe(
      exhaustMap(() => (running > 0 ? [] : lane.store.stats(lane.queueName))),
      filter(
        isIdle(() => {
          const since = { running, isStirred };
          isStirred = false;
          return since;
        }),
      ),
      take(1),
    );
    subscriber.add(
      looks.subscribe({
        next: (stats) => {
          left = pendingOf(stats);
          idle$.next();
        },
        error: (cause: unknown) => subscriber.error(cause),
      }),
    );
    const options = { concurrency: lane.concurrency ?? CONCURRENCY, stop$: idle$, stopMsMax: 0, onRunning };
    const did$ = deliver(lane, options).pipe(
      map((event) => {
        local.sink.tell(event);
        const acked = event._tag === "Acked" ? 1 : 0;
        const blocked = event._tag === "Blocked" || event._tag === "Malformed" ? 1 : 0;
        const skipped = event._tag === "Skipped" ? 1 : 0;
        return { ...nothing, delivered: 1, acked, skipped, blocked, progress: acked + blocked + skipped };
      }),
    );
    return concat(
      did$,
      defer(() => of({ ...nothing, left })),
    ).subscribe(subscriber);
  });

/** What this process does, and whether it has begun or ended anything since the last look. */
interface Doings {
  readonly running: number;
  readonly isStirred: boolean;
}

/** While this process is at work, what is leased may be on its way to it. */
const isIdle = (doings: () => Doings): ((stats: QueueStats) => boolean) => {
  let last = -1;
  let looks = 0;
  return ({ ready, leased, paused, halted }) => {
    const { running, isStirred } = doings();
    looks = leased === last && !isStirred ? looks + 1 : 1;
    last = leased;
    if (running > 0 || (ready > 0 && !paused && !halted)) return false;
    return leased === 0 || looks >= LOOKS;
  };
};
