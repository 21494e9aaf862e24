/** Waits for what concerns a lane: events, what people and other programs change, and whoever leads standing still. */
import { map, merge, type Observable, of, type SchedulerLike, switchMap } from "rxjs";
import type { Stop } from "../../core/Stop.js";
import type { Turn } from "../../log/callsOf.js";
import { STAND_STILL_JITTER_MS, STAND_STILL_MS } from "../../log/leading.js";
import type { Lane } from "../Lane.js";
import { isSame, type Vector } from "../vector.js";
import { waitsForHeads } from "./emptying.js";
import { nextCatchUp } from "./knowledge.js";
import type { Pages } from "./Pages.js";
import type { Lead, Look, Place, StandBy, Standing } from "./Place.js";
import type { CorrelatorEvent } from "./told.js";
import { typesIn } from "./typesIn.js";
import { CONTROL_LOOK_MS, HEADS_STILL_MS, LEFT_LOOK_MS } from "./waits.js";

export type CorrelatorTurn = Turn<Place, CorrelatorEvent>;

/** What is stored may have gone back together with the log, so it would not tell. */
export const lookAgain = (known: Vector): Look => ({ does: "look", first: false, known });

interface WatchingOptions {
  readonly stop: Stop;
  readonly pages: Pages;
  readonly random: () => number;
  /** Takes over. */
  readonly begin: (found: Standing) => Lead;
}

export class Watching {
  private readonly scheduler: SchedulerLike;

  constructor(
    private readonly lane: Lane,
    private readonly options: WatchingOptions,
  ) {
    this.scheduler = lane.store.scheduler;
  }

  /** Until there is something to do that whoever leads does not do. */
  standBy(place: StandBy): Observable<CorrelatorTurn> {
    const { checkpoint, control } = place.standing;
    if (place.untilMs !== undefined) return this.awaitLeader(place, place.untilMs);
    const types = typesIn(this.lane, control);
    const page$ = this.options.pages.page({ after: checkpoint.at, types, limit: 1, waitMsMax: CONTROL_LOOK_MS });
    return this.unlessChanged(page$).pipe(
      switchMap((page): Observable<CorrelatorTurn> => {
        if (page === undefined) return of({ items: [], next: lookAgain(checkpoint.at) });
        const hasWork = !isSame(page.at, checkpoint.at) || nextCatchUp(this.lane, control, checkpoint.at) !== undefined;
        if (!hasWork) return this.afterLook(place.standing, { items: [], next: this.unlessStill(place) });
        const pauseMs = STAND_STILL_MS + Math.floor(this.options.random() * STAND_STILL_JITTER_MS);
        return of({ items: [], next: { ...place, untilMs: this.scheduler.now() + pauseMs } });
      }),
    );
  }

  /** Who leads looks at the heads for which a replay waits, and shows so. */
  private unlessStill(place: StandBy): Place {
    const { standing, sinceMs } = place;
    const isStill = this.scheduler.now() - sinceMs >= HEADS_STILL_MS && waitsForHeads(this.lane, standing.control);
    return isStill ? this.options.begin(standing) : place;
  }

  /** The turn, unless what all processes agree upon has changed: nobody is told of that where the log stands still. */
  afterLook(known: Standing, turn: CorrelatorTurn): Observable<CorrelatorTurn> {
    const { kept, name } = this.lane;
    return kept.read({ lanes: [name], catchUps: [] }).pipe(
      map(({ control, lanes: [now] }) => {
        const stands = control.revision === known.controlRevision && now?.revision === known.revision;
        return stands ? turn : { ...turn, next: lookAgain(known.checkpoint.at) };
      }),
    );
  }

  /** What it emits; undefined at the stop, and where people of this process have changed what all agree upon. */
  unlessChanged<A>(source$: Observable<A>): Observable<A | undefined> {
    const changed$ = this.lane.changed$.pipe(map((): A | undefined => undefined));
    const either$: Observable<A | undefined> = merge(changed$, source$);
    return this.options.stop.before(either$);
  }

  /** There is something to do: for whoever leads, for anybody where that one has left, and for this one where it stands still. */
  private awaitLeader(place: StandBy, untilMs: number): Observable<CorrelatorTurn> {
    const { lane, options } = this;
    return lane.kept.read({ lanes: [lane.name], catchUps: [] }).pipe(
      switchMap(({ lanes: [now] }): Observable<CorrelatorTurn> => {
        const leftMs = untilMs - this.scheduler.now();
        if (now?.value?.by === undefined || (leftMs <= 0 && now.revision !== place.standing.revision))
          return of({ items: [], next: lookAgain(place.standing.checkpoint.at) });
        if (leftMs <= 0) return of({ items: [], next: options.begin(place.standing) });
        return options.stop.pause(Math.min(LEFT_LOOK_MS, leftMs)).pipe(map(() => ({ items: [], next: place })));
      }),
    );
  }
}
