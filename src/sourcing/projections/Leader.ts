/** Takes pages of events, and writes what they make with the position behind them. */
import { catchError, map, type Observable, of, switchMap } from "rxjs";
import type { Position } from "../../core/Position.js";
import { isSluiceError } from "../../core/SluiceError.js";
import type { Stop } from "../../core/Stop.js";
import { atomically } from "../../core/Write.js";
import type { Turn } from "../../log/callsOf.js";
import type { FeedPage } from "../../log/EventLog.js";
import { QUIET_MS } from "../../log/leading.js";
import { WAIT_MS_MAX } from "../../log/readFeed.js";
import type { Recorded } from "../../log/recorded.js";
import type { Kept } from "./Checkpoints.js";
import { type Lead, look, type Place } from "./Place.js";
import type { Progress } from "./Projection.js";
import type { Running } from "./Runner.js";
import { refused, type Stuck, type Taken } from "./Stage.js";

interface Options {
  readonly stop: Stop;
  /** What this run writes as its name. */
  readonly me: string;
  readonly pageSizeMax: number;
  /** Told after each write. */
  readonly onStored: (position: Position | undefined) => void;
}

type LeadTurn<T> = Turn<Place<T>, Progress>;

/** What one write stores. */
interface Storing<T> {
  readonly state: T;
  readonly position: Position | undefined;
  readonly along: Taken<T>["along"];
}

export class Leader<T> {
  constructor(
    private readonly running: Running<T>,
    private readonly options: Options,
  ) {}

  /** Goes on from what is stored. */
  begin(kept: Kept<T>, failures: number): Lead<T> {
    const { position } = kept;
    const { pageSizeMax: portion } = this.options;
    const writtenAtMs = this.nowMs();
    const rest = undefined;
    return { does: "lead", kept, position, untold: 0, caughtUp: false, writtenAtMs, rest, portion, failures };
  }

  /** One page, or what is left of one, up to what one write holds. */
  lead(at: Lead<T>): Observable<LeadTurn<T>> {
    const page$ = at.rest === undefined ? this.options.stop.before(this.next(at)) : of(at.rest);
    return page$.pipe(
      switchMap((page) => {
        if (page === undefined) return of({ items: [], next: at });
        return page.items.length === 0 ? this.passed(at, page) : this.some(at, page);
      }),
    );
  }

  /** Stores how far it has come, and leaves the place to others. */
  leave(at: Lead<T>): Observable<LeadTurn<T>> {
    const { kept, position } = at;
    if (position === kept.position && kept.by !== this.options.me) return of({ items: [], next: undefined });
    const { checkpoints } = this.running.stage;
    return checkpoints.write({ ...kept, position, by: undefined }, kept.revision).pipe(
      map(() => {
        this.options.onStored(position);
        return {
          items: position === kept.position ? [] : advanced({ position, events: at.untold, caughtUp: at.caughtUp }),
          next: undefined,
        };
      }),
      catchError((error: unknown) => {
        const { items } = this.stuckAt(at, { recorded: undefined, cause: unencodable(error) });
        return of({ items, next: undefined });
      }),
    );
  }

  private next({ kept, position, caughtUp, writtenAtMs }: Lead<T>): Observable<FeedPage<unknown>> {
    const isQuiet = position !== kept.position;
    const untilDueMs = isQuiet ? Math.max(1, Math.ceil(writtenAtMs + QUIET_MS - this.nowMs())) : WAIT_MS_MAX;
    const { pageSizeMax } = this.options;
    return this.running.source.page({ after: position, pageSizeMax, waitMsMax: caughtUp ? untilDueMs : 0 });
  }

  /** Nothing to be taken up to `next`. That is stored now and then. */
  private passed(at: Lead<T>, { next: position, caughtUp }: FeedPage<unknown>): Observable<LeadTurn<T>> {
    const isTold = caughtUp && !at.caughtUp && position === at.kept.position;
    const then: Lead<T> = { ...at, position, caughtUp, rest: undefined };
    if (position === at.kept.position || !this.isDue(at))
      return of({ items: isTold ? advanced({ position, events: 0, caughtUp }) : [], next: then });
    return this.written(then, { state: at.kept.state, position, along: [] }).pipe(
      map((next) => ({ items: advanced({ position, events: at.untold, caughtUp }), next })),
      catchError((error: unknown) => of(this.stuckAt(at, { recorded: undefined, cause: unencodable(error) }))),
    );
  }

  private isDue({ writtenAtMs }: Lead<T>): boolean {
    return this.nowMs() - writtenAtMs >= QUIET_MS;
  }

  /** The events up to the first malformed one, and not more than fit. */
  private some(at: Lead<T>, page: FeedPage<unknown>): Observable<LeadTurn<T>> {
    const events: Array<Recorded<unknown>> = [];
    for (const event of page.items) {
      if (events.length === at.portion) break;
      if (event._tag === "Event") events.push(event);
      else if (events.length === 0) return of(this.stuckAt(at, refused(event)));
      else break;
    }
    return this.running.stage
      .take(at.kept.state, events)
      .pipe(switchMap((taken) => this.store(at, { page, events, taken })));
  }

  private store(at: Lead<T>, { page, events, taken }: Part<T>): Observable<LeadTurn<T>> {
    const { count, stuck } = taken;
    if (count === 0 && stuck !== undefined) return of(this.stuckAt(at, stuck));
    const isWhole = count === page.items.length;
    const position = isWhole ? page.next : events[count - 1]?.position;
    const caughtUp = isWhole && page.caughtUp;
    const rest = isWhole ? undefined : { ...page, items: page.items.slice(count) };
    const then: Lead<T> = { ...at, position, caughtUp, rest, failures: 0 };
    const end = (items: ReadonlyArray<Progress>, next: Lead<T>): LeadTurn<T> =>
      stuck === undefined ? { items, next } : withItems(items, this.stuckAt(next, stuck));
    // Nothing is stored yet: whoever looks again begins before these.
    if (!taken.changed && stuck === undefined && !this.isDue(at))
      return of(end([], { ...then, untold: at.untold + count, failures: at.failures }));
    const portion = Math.min(this.options.pageSizeMax, Math.ceil(at.portion * GROWTH));
    return this.written({ ...then, portion }, { state: taken.state, position, along: taken.along }).pipe(
      map((next) => end(advanced({ position, events: at.untold + count, caughtUp }), next)),
      catchError((error: unknown) => {
        const cause = unencodable(error);
        // What many events make may be too large, or one of them may be at fault: with fewer of them it is found.
        if (count > 1) return of({ items: [], next: { ...at, rest: page, portion: Math.ceil(count / 2) } });
        return of(this.stuckAt(at, { recorded: events[0], cause }));
      }),
    );
  }

  /** One write: all of it, or nothing where what is stored is not what it was made upon. */
  private written(then: Lead<T>, { state, position, along }: Storing<T>): Observable<Lead<T>> {
    const { kept } = then;
    const { me } = this.options;
    const stored = { position, by: me, dropping: false, state };
    const checkpoint = this.running.stage.checkpoints.write(stored, kept.revision);
    const write =
      along.length === 0 ? checkpoint : atomically([checkpoint, ...along]).pipe(map(([revision]) => revision));
    return write.pipe(
      map((revision) => {
        this.options.onStored(position);
        return { ...then, kept: { ...stored, revision }, untold: 0, writtenAtMs: this.nowMs() };
      }),
    );
  }

  private stuckAt(at: Lead<T>, stuck: Stuck): LeadTurn<T> {
    return { items: [{ _tag: "Failed", ...stuck }], next: { ...look, failures: at.failures + 1 } };
  }

  private nowMs(): number {
    return this.running.store.scheduler.now();
  }
}

/** A page, the events of it that were given to be taken, and what came of them. */
interface Part<T> {
  readonly page: FeedPage<unknown>;
  readonly events: ReadonlyArray<Recorded<unknown>>;
  readonly taken: Taken<T>;
}

/** By how much a portion grows again after a write that fitted. */
const GROWTH = 1.25;

const withItems = <S>(items: ReadonlyArray<Progress>, turn: Turn<S, Progress>): Turn<S, Progress> => ({
  ...turn,
  items: [...items, ...turn.items],
});

/** Told where there is a position. */
const advanced = ({
  position,
  events,
  caughtUp,
}: {
  readonly position: Position | undefined;
  readonly events: number;
  readonly caughtUp: boolean;
}): ReadonlyArray<Progress> => (position === undefined ? [] : [{ _tag: "Advanced", position, events, caughtUp }]);

/** The refusal of what events have made; any other error is thrown on. Nothing was written. */
const unencodable = (error: unknown): unknown => {
  if (!isSluiceError(error)) throw error;
  switch (error._tag) {
    case "EncodeRefused":
    case "PayloadTooLarge":
    case "WriteTooLarge":
      return error;
    default:
      throw error;
  }
};
