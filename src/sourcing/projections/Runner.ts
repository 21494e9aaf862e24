/** One run of a projection or read model: decides who leads, and keeps what is stored up to date. */
import { catchError, map, type Observable, of, switchMap } from "rxjs";
import { type Backoff, backoffDelayMs, makeBackoff } from "../../core/Backoff.js";
import { isBefore, type Position } from "../../core/Position.js";
import { randomOf } from "../../core/Random.js";
import { isSluiceError, projectionDropped } from "../../core/SluiceError.js";
import { idFrom } from "../../core/Sources.js";
import { Stop } from "../../core/Stop.js";
import type { Turn } from "../../log/callsOf.js";
import type { FeedPage } from "../../log/EventLog.js";
import { STAND_STILL_JITTER_MS, STAND_STILL_MS } from "../../log/leading.js";
import { WAIT_MS_MAX } from "../../log/readFeed.js";
import type { EventStore } from "../../port/Store.js";
import type { Kept } from "./Checkpoints.js";
import type { EventSource } from "./EventSource.js";
import { Leader } from "./Leader.js";
import { type Look, look, type Place, type StandBy } from "./Place.js";
import type { Progress } from "./Projection.js";
import type { Stage } from "./Stage.js";

/** What a run is made of. */
export interface Running<T> {
  readonly store: EventStore;
  readonly named: { readonly name: string; readonly version: number };
  readonly source: EventSource;
  readonly stage: Stage<T>;
  /** Told after each write: a hint for those who wait in this process. */
  readonly onWrite: () => void;
}

/** For an event that fails again and again. */
const patient: Backoff = makeBackoff({ initialMs: 200, delayMsMax: 60_000, jitter: "equal" });

export class Runner<T> {
  readonly stop: Stop;
  private readonly me: string;
  private readonly random: () => number;
  private readonly leader: Leader<T>;
  /** As far as this run knows the stored state to have come: it never goes back by itself. */
  private seen: Position | undefined;

  constructor(
    private readonly running: Running<T>,
    pageSizeMax: number,
  ) {
    const { store } = running;
    this.stop = new Stop(store.scheduler);
    this.me = idFrom(store);
    this.random = randomOf(this.me);
    const onStored = (position: Position | undefined): void => {
      this.seen = position;
      running.onWrite();
    };
    this.leader = new Leader(running, { stop: this.stop, me: this.me, pageSizeMax, onStored });
  }

  /** One call, or a few that belong together. */
  readonly turn = (place: Place<T>): Observable<Turn<Place<T>, Progress>> => {
    switch (place.does) {
      case "look":
        return this.stop.isAsked ? of(over) : this.look(place);
      case "stand by":
        return this.stop.isAsked ? of(over) : this.standBy(place);
      case "lead":
        return (this.stop.isAsked ? this.leader.leave(place) : this.leader.lead(place)).pipe(
          map((turn) => this.delayed(turn)),
          catchError((error: unknown) => {
            if (isSluiceError(error) && error._tag === "RecordConflict") return of({ items: [], next: look });
            throw error;
          }),
        );
    }
  };

  private look({ pauseMs, failures }: Look): Observable<Turn<Place<T>, Progress>> {
    if (pauseMs > 0) return this.stop.pause(pauseMs).pipe(map(() => ({ items: [], next: { ...look, failures } })));
    return this.running.stage.checkpoints.read().pipe(switchMap((kept) => this.found(kept, failures)));
  }

  /** Whoever wrote last goes on; where that one has stopped, or there is none, whoever comes first. */
  private found(kept: Kept<T>, failures: number): Observable<Turn<Place<T>, Progress>> {
    const { running, seen, me } = this;
    if (seen !== undefined && (kept.dropping || isBefore(kept.position, seen)))
      return this.behind(seen, kept, failures);
    if (kept.dropping) return running.stage.drop(running.named.version).pipe(map(() => ({ items: [], next: look })));
    this.seen = kept.position;
    const isFree = kept.by === undefined || kept.by === me;
    return of({ items: [], next: isFree ? this.leader.begin(kept, failures) : { does: "stand by", kept, failures } });
  }

  private standBy(place: StandBy<T>): Observable<Turn<Place<T>, Progress>> {
    const { kept, failures } = place;
    const request = { after: kept.position, pageSizeMax: 1, waitMsMax: WAIT_MS_MAX };
    return this.stop.before(this.running.source.page(request)).pipe(
      switchMap((page): Observable<Turn<Place<T>, Progress>> => {
        if (page === undefined || !hasGrown(page, kept)) return of({ items: [], next: place });
        const pauseMs = STAND_STILL_MS + Math.floor(this.random() * STAND_STILL_JITTER_MS);
        return this.stop.pause(pauseMs).pipe(
          switchMap(() => this.running.stage.checkpoints.read()),
          switchMap((now) =>
            now.revision === kept.revision
              ? of({ items: [], next: this.leader.begin(now, failures) })
              : this.found(now, 0),
          ),
        );
      }),
    );
  }

  /**
   * What is stored has gone back or away. The log tells whether it went back too. Where it did not, and nothing is stored, somebody has
   * dropped this version. Where something is, the store went back behind the events and before what was made of them: it is made again.
   */
  private behind(seen: Position, kept: Kept<T>, failures: number): Observable<Turn<Place<T>, Progress>> {
    const { named, source } = this.running;
    return source.page({ after: seen, pageSizeMax: 1, waitMsMax: 0 }).pipe(
      switchMap(() => {
        if (kept.dropping || kept.revision === undefined) throw projectionDropped(named.name, named.version);
        this.seen = undefined;
        return this.found(kept, failures);
      }),
    );
  }

  /** Says how long to wait where an event is stuck. */
  private delayed(turn: Turn<Place<T>, Progress>): Turn<Place<T>, Progress> {
    const { next } = turn;
    if (next?.does !== "look" || next.failures === 0) return turn;
    return { ...turn, next: { ...next, pauseMs: backoffDelayMs(patient, next.failures, this.random) } };
  }
}

/** The end of a run. */
const over = { items: [], next: undefined };

const hasGrown = (page: FeedPage<unknown>, { position }: Kept<unknown>): boolean => page.next !== position;
