/** The events that a definition reads, page by page. */
import type { Observable } from "rxjs";
import type { Position } from "../../core/Position.js";
import type { EventMap } from "../../log/EventCodec.js";
import type { EventLog, FeedItem, FeedPage } from "../../log/EventLog.js";
import { eventLog } from "../../log/makeEventLog.js";
import type { EventStore } from "../../port/Store.js";
import type { Resolved } from "./definition.js";

/** From where, how many, and how long to wait at the end of the log. */
export interface PageRequest {
  readonly after: Position | undefined;
  readonly pageSizeMax: number;
  readonly waitMsMax: number;
}

export class EventSource {
  private readonly after: Position | undefined;
  private readonly log: EventLog<EventMap>;
  private readonly wanted: {
    readonly types: ReadonlyArray<string>;
    readonly categories: ReadonlyArray<string> | undefined;
  };

  constructor(store: EventStore, { codec, categories, after, evolve }: Resolved<never, unknown>) {
    this.after = after;
    this.log = eventLog(store, codec);
    this.wanted = { types: [...evolve.keys()], categories };
  }

  /** Errors: `LogWentBack`, `LogTrimmed`. */
  page(request: PageRequest): Observable<FeedPage<unknown>> {
    return this.log.feedPage({ ...this.wanted, ...request });
  }

  /** From the first event that is wanted on, and then live. */
  feed(): Observable<FeedItem<unknown>> {
    return this.log.feed({ ...this.wanted, after: this.after });
  }
}
