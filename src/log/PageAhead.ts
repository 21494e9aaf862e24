/** Pages of a feed, the next one read while one is decoded and emitted: so the server and this process work at once. */
import { type Observable, ReplaySubject, type Subscription, tap } from "rxjs";
import type { Position } from "../core/Position.js";
import type { EventsPage } from "./readFeed.js";

/** Where a page begins, and how long is waited for its first event. */
export interface PagePlace {
  readonly after: Position | undefined;
  readonly waitMsMax: number;
}

interface Begun {
  readonly after: Position | undefined;
  readonly page$: Observable<EventsPage>;
}

/** Holds at most one page that was not asked for yet. */
export class PageAhead {
  private begun: Begun | undefined;
  private reading: Subscription | undefined;

  constructor(private readonly read: (place: PagePlace) => Observable<EventsPage>) {}

  /** The page of this place. One that was read ahead is given once, so where its call failed the next one reads anew. */
  page(place: PagePlace): Observable<EventsPage> {
    const { begun } = this;
    this.begun = undefined;
    const page$ = begun !== undefined && begun.after === place.after ? begun.page$ : this.read(place);
    return page$.pipe(
      tap(({ next, caughtUp }) => {
        if (!caughtUp) this.begin(next);
      }),
    );
  }

  /** Ends the call that is under way. */
  stop(): void {
    this.reading?.unsubscribe();
  }

  private begin(after: Position | undefined): void {
    const page$ = new ReplaySubject<EventsPage>(1);
    this.begun = { after, page$ };
    this.reading = this.read({ after, waitMsMax: 0 }).subscribe(page$);
  }
}
