/** Pages of the logs of all sources, one at a time. */
import { catchError, defer, map, merge, type Observable, of, type SchedulerLike, take, timer } from "rxjs";
import { isSluiceError, type LogTrimmed } from "../../core/SluiceError.js";
import { type EventsPage, pageFrom } from "../../log/readFeed.js";
import type { FeedRequest, StoredEvent } from "../../port/LogPort.js";
import type { EventStore } from "../../port/Store.js";
import { type Vector, withPosition } from "../vector.js";

/** Events of one source, and how far all of them have been looked at then. */
export interface EventPage {
  readonly source: number;
  readonly events: ReadonlyArray<StoredEvent>;
  readonly at: Vector;
  /** Whether there was no more, in any log. */
  readonly caughtUp: boolean;
}

export interface PageRequest {
  readonly after: Vector;
  /** The names under which the wanted events are stored. */
  readonly types: ReadonlyArray<string>;
  readonly limit: number;
  /** How long to wait for the first event where all logs are at their ends. */
  readonly waitMsMax: number;
}

export interface PagesOptions {
  readonly scheduler: SchedulerLike;
  /** Whether a log whose store does not answer is left for a while, so that the others go on. */
  readonly patient: boolean;
}

/** A log that did not answer is asked again after so long. */
const AWAY_MS = 1_000;

export class Pages {
  /** Which logs were at their ends when they were looked at last. */
  private readonly ended: Array<boolean>;
  private turn = 0;

  constructor(
    private readonly sources: ReadonlyArray<EventStore>,
    private readonly options: PagesOptions,
  ) {
    this.ended = sources.map(() => false);
  }

  /** Errors: `LogWentBack`, `LogTrimmed`. */
  page(request: PageRequest): Observable<EventPage> {
    return defer(() => {
      if (request.waitMsMax > 0 && this.ended.every((isEnd) => isEnd)) return this.firstOf(request);
      const source = this.next();
      return this.pageOf(source, { ...request, waitMsMax: 0 });
    });
  }

  /** Whichever has something first. */
  private firstOf(request: PageRequest): Observable<EventPage> {
    return merge(...this.sources.map((_, source) => this.pageOf(source, request))).pipe(take(1));
  }

  /** The next log, in turn, that is not known to be at its end. */
  private next(): number {
    const { ended } = this;
    if (ended.every((isEnd) => isEnd)) ended.fill(false);
    while (ended[this.turn % ended.length] === true) this.turn += 1;
    const source = this.turn % ended.length;
    this.turn = source + 1;
    return source;
  }

  private pageOf(source: number, { after, types, limit, waitMsMax }: PageRequest): Observable<EventPage> {
    const { sources, ended } = this;
    const store = sources[source];
    if (store === undefined) throw new TypeError("a source that there is not");
    const read = after[source] === undefined ? pageFromWhatIsLeft : pageFrom;
    return read(store, { after: after[source], types, categories: undefined, limit, waitMsMax }).pipe(
      map(({ events, next, caughtUp }: EventsPage) => {
        ended[source] = caughtUp;
        return { source, events, at: withPosition(after, source, next), caughtUp: ended.every((isEnd) => isEnd) };
      }),
      catchError((error: unknown) => {
        if (sources.length === 1 || !this.options.patient || !isSluiceError(error) || !error.retryable) throw error;
        return this.away(source, { after, waitMsMax });
      }),
    );
  }

  /** Nothing of a log that does not answer. It counts as ended, so the others come first, and it is asked again with them. */
  private away(source: number, { after, waitMsMax }: Pick<PageRequest, "after" | "waitMsMax">): Observable<EventPage> {
    const { ended, options } = this;
    ended[source] = true;
    const nothing = { source, events: [], at: after, caughtUp: ended.every((isEnd) => isEnd) };
    return waitMsMax === 0 ? of(nothing) : timer(AWAY_MS, options.scheduler).pipe(map(() => nothing));
  }
}

/** A page; where what follows was trimmed, the place behind that. */
export const pageFromWhatIsLeft = (store: EventStore, request: FeedRequest): Observable<EventsPage> =>
  pageFrom(store, request).pipe(
    catchError((error: unknown) => {
      if (isSluiceError(error) && error._tag === "LogTrimmed") return of(behind(error));
      throw error;
    }),
  );

const behind = ({ trimmedTo }: LogTrimmed): EventsPage => ({
  _tag: "Events",
  events: [],
  next: trimmedTo,
  caughtUp: false,
});
