/** Pages of the logs of all sources, one at a time. */
import { defer, map, merge, type Observable, take } from "rxjs";
import { type EventsPage, pageFrom } from "../../log/readFeed.js";
import type { StoredEvent } from "../../port/LogPort.js";
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
  readonly limit: number;
  /** How long to wait for the first event where all logs are at their ends. */
  readonly waitMsMax: number;
}

export class Pages {
  /** Which logs were at their ends when they were looked at last. */
  private readonly ended: Array<boolean>;
  private turn = 0;

  constructor(
    private readonly sources: ReadonlyArray<EventStore>,
    private readonly types: ReadonlyArray<string>,
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

  private pageOf(source: number, { after, limit, waitMsMax }: PageRequest): Observable<EventPage> {
    const { sources, types, ended } = this;
    const store = sources[source];
    if (store === undefined) throw new TypeError("a source that there is not");
    return pageFrom(store, { after: after[source], types, categories: undefined, limit, waitMsMax }).pipe(
      map(({ events, next, caughtUp }: EventsPage) => {
        ended[source] = caughtUp;
        return { source, events, at: withPosition(after, source, next), caughtUp: ended.every((isEnd) => isEnd) };
      }),
    );
  }
}
