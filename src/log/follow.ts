/** A stream's events, and then what is appended to it. */
import { defer, map, type Observable, switchMap } from "rxjs";
import type { EventId } from "../core/EventId.js";
import { optionsOf, wholeNumber } from "../core/options.js";
import type { Position } from "../core/Position.js";
import { logWentBack } from "../core/SluiceError.js";
import type { FeedPage, StreamPage } from "../port/LogPort.js";
import type { EventStore } from "../port/Store.js";
import { callsOf, type Turn } from "./callsOf.js";
import { wellFormed } from "./decodePage.js";
import type { FollowOptions } from "./EventLog.js";
import { checkStream, versions } from "./expected.js";
import type { Reading } from "./Reading.js";
import { endOfLog, WAIT_MS_MAX } from "./readFeed.js";
import { PAGE_COUNT } from "./readStream.js";
import type { Recorded } from "./recorded.js";
import { sharedFeed } from "./sharedFeed.js";

/**
 * How far it has come. The end of the log is asked for before the stream is read, and waited behind after that: what is appended in
 * between is behind the one and is found by the other.
 */
interface Place {
  /** The version up to which all events were emitted. */
  readonly after: number;
  /** The id of the event of that version, where it is known: it is read again, so that another history is told. */
  readonly lastId: EventId | undefined;
  readonly does: "begin" | "read" | "wait";
  /** Every event of the stream up to this position was read. */
  readonly at: Position | undefined;
}

/** What a follower begins with. */
interface Following {
  /** As users give them. */
  readonly options: FollowOptions;
  /** The id of the event that `after` names, where that is known. */
  readonly lastId?: EventId | undefined;
}

export const follow = (reading: Reading, name: string, { options, lastId }: Following): Observable<Recorded<unknown>> =>
  defer(() => {
    const { after = 0 } = optionsOf(options, ["after"]);
    const start: Place = { after: wholeNumber("after", after, versions), lastId, does: "begin", at: undefined };
    const stream = checkStream(name);
    const { store } = reading;
    const calls: { readonly [K in Place["does"]]: (place: Place) => Observable<Turn<Place, Recorded<unknown>>> } = {
      begin: (place) => endOfLog(store).pipe(map((at) => ({ items: [], next: { ...place, does: "read", at } }))),
      read: (place) =>
        store
          .readStream({ stream, after: firstRead(place), upTo: undefined, limit: PAGE_COUNT, backwards: false })
          .pipe(switchMap((page) => (isOf(place, page) ? readTurn(reading, place, page) : wentBack(store)))),
      wait: (place) =>
        sharedFeed(store, {
          after: place.at,
          types: [...reading.coding.kinds.keys()],
          categories: [categoryOf(stream)],
          limit: PAGE_COUNT,
          waitMsMax: WAIT_MS_MAX,
        }).pipe(map((page) => ({ items: [], next: waited(stream, place, page) }))),
    };
    return callsOf(store, { start, call: (place: Place) => calls[place.does](place), live: true });
  });

/** The name of a stream up to its first "/"; the whole name where it has none. */
const categoryOf = (stream: string): string => stream.split("/", 1)[0] ?? stream;

/** Behind this version a page begins. */
const firstRead = ({ after, lastId }: Place): number => (lastId === undefined ? after : after - 1);

/** Whether the page continues what was emitted: the stream may be shorter than it was, or have another event at that version. */
const isOf = ({ after, lastId }: Place, { version, events: [first] }: StreamPage): boolean =>
  version >= after && (lastId === undefined || first?.version !== after || first.id === lastId);

const wentBack = (store: EventStore): Observable<never> =>
  endOfLog(store).pipe(
    map((head) => {
      throw logWentBack(head);
    }),
  );

const readTurn = (
  { decode }: Reading,
  { after, lastId, at }: Place,
  { version, events }: StreamPage,
): Observable<Turn<Place, Recorded<unknown>>> => {
  const last = events.at(-1);
  const known = last?.id ?? lastId;
  const next: Place =
    last !== undefined && last.version < version
      ? // A page that had room for the event before alone has told that it is there: the next one begins behind it.
        { after: last.version, lastId: last.version > after ? known : undefined, does: "read", at }
      : // The last event, if it is there, may stand behind the end that was asked for.
        { after: version, lastId: known, does: "wait", at: later(at, last?.position) };
  const unread = events.filter((event) => event.version > after);
  return wellFormed(decode, unread).pipe(map(({ items, error }) => ({ items, error, next })));
};

const later = (one: Position | undefined, other: Position | undefined): Position | undefined =>
  one === undefined || (other !== undefined && other > one) ? other : one;

/** Reads the stream again where it has grown, else waits on. */
const waited = (stream: string, place: Place, page: FeedPage): Place => {
  switch (page._tag) {
    case "WentBack":
      throw logWentBack(page.head);
    case "Trimmed":
      return { ...place, does: "read", at: page.trimmedTo };
    case "Events": {
      const grown = page.events.some((event) => event.stream === stream && event.version > place.after);
      return { ...place, does: grown ? "read" : "wait", at: page.next };
    }
  }
};
