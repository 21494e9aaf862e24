/** Reads pending events: their data, and how reactions see them. */
import { defer, forkJoin, map, type Observable, of, switchMap } from "rxjs";
import { invalidConfig } from "../core/SluiceError.js";
import type { OurEvent } from "../log/decodeEvent.js";
import { decodePageBy } from "../log/decodePage.js";
import { noMeta } from "../log/meta.js";
import { type MalformedEvent, malformed } from "../log/recorded.js";
import type { StoredEvent } from "../port/LogPort.js";
import type { EventStore } from "../port/Store.js";
import type { EventOrName, Pending } from "./Pending.js";
import type { Reaction } from "./Reaction.js";

export class PendingEvents {
  constructor(private readonly sources: ReadonlyArray<EventStore>) {}

  /** The event as it is stored; undefined where the log has given it up. */
  stored({ event, source }: Pending): Observable<StoredEvent | undefined> {
    if ("data" in event) return of(event);
    const { stream, version } = event;
    return defer(() =>
      this.of(source).readStream({ stream, after: version - 1, upTo: version, limit: 1, backwards: false }),
    ).pipe(map(({ events: [stored] }) => (stored?.id === event.id ? stored : undefined)));
  }

  /** As each of these reactions sees it, aligned. */
  decode(stored: StoredEvent, source: number, reactions: ReadonlyArray<Reaction>): Observable<ReadonlyArray<OurEvent>> {
    return defer(() =>
      forkJoin(
        reactions.map(({ parts }) =>
          decodePageBy(this.of(source), parts.coding)([stored]).pipe(map(([ours]) => ours ?? notOurs(stored))),
        ),
      ),
    );
  }

  /** As the first of these reactions sees it, for people: malformed where it cannot be read. */
  show(pending: Pending, reactions: ReadonlyArray<Reaction>): Observable<OurEvent> {
    const [first] = reactions;
    if (first === undefined) return of(unread(pending.event, "no reaction of this program reads it"));
    return this.stored(pending).pipe(
      switchMap((stored) =>
        stored === undefined
          ? of(gone(pending.event))
          : this.decode(stored, pending.source, [first]).pipe(map(([ours]) => ours ?? notOurs(stored))),
      ),
    );
  }

  private of(source: number): EventStore {
    const store = this.sources[source];
    if (store !== undefined) return store;
    throw invalidConfig(
      "sources",
      `A pending event is of source ${source}, which this broker does not have: keep the order of its sources, and add new ones at the end.`,
    );
  }
}

export const gone = (event: EventOrName): MalformedEvent => unread(event, "the log has given it up");

/** An event that cannot be read, whose name alone is known where its data is not. */
export const unread = (event: EventOrName, why: string): MalformedEvent =>
  malformed("data" in event ? event : { ...event, data: "", meta: "" }, [why], noMeta);

const notOurs = (stored: StoredEvent): MalformedEvent =>
  unread(stored, `the codec of its reaction has no event of the type ${JSON.stringify(stored.type)} any more`);
