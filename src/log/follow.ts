/** A stream's events, and then what is appended to it. */
import { defer, map, type Observable, switchMap } from "rxjs";
import { optionsOf, wholeNumber } from "../core/options.js";
import type { Position } from "../core/Position.js";
import { logWentBack } from "../core/SluiceError.js";
import type { FeedPage, StreamPage } from "../port/LogPort.js";
import { callsOf, type Turn } from "./callsOf.js";
import { wellFormed } from "./decodePage.js";
import type { FollowOptions } from "./EventLog.js";
import { checkStream, versions } from "./expected.js";
import type { Reading } from "./Reading.js";
import { endOfLog, WAIT_MS_MAX } from "./readFeed.js";
import { PAGE_COUNT } from "./readStream.js";
import type { Recorded } from "./recorded.js";

/**
 * How far it has come. The end of the log is asked for before the stream is read, and waited behind after that: what is appended in
 * between is behind the one and is found by the other.
 */
interface Place {
  /** The version up to which all events were emitted. */
  readonly after: number;
  readonly does: "begin" | "read" | "wait";
  /** Every event of the stream up to this position was read. */
  readonly at: Position | undefined;
}

export const follow = (reading: Reading, name: string, options: FollowOptions): Observable<Recorded<unknown>> =>
  defer(() => {
    const { after = 0 } = optionsOf(options, ["after"]);
    const start: Place = { after: wholeNumber("after", after, versions), does: "begin", at: undefined };
    const stream = checkStream(name);
    const { store } = reading;
    const calls: { readonly [K in Place["does"]]: (place: Place) => Observable<Turn<Place, Recorded<unknown>>> } = {
      begin: (place) => endOfLog(store).pipe(map((at) => ({ items: [], next: { ...place, does: "read", at } }))),
      read: (place) =>
        store
          .readStream({ stream, after: place.after, upTo: undefined, limit: PAGE_COUNT, backwards: false })
          .pipe(switchMap((page) => readTurn(reading, place, page))),
      wait: (place) =>
        store
          .readFeed({
            after: place.at,
            types: [...reading.coding.kinds.keys()],
            categories: [categoryOf(stream)],
            limit: PAGE_COUNT,
            waitMsMax: WAIT_MS_MAX,
          })
          .pipe(map((page) => ({ items: [], next: waited(stream, place, page) }))),
    };
    return callsOf(store, { start, call: (place: Place) => calls[place.does](place), live: true });
  });

/** The name of a stream up to its first "/"; the whole name where it has none. */
const categoryOf = (stream: string): string => stream.split("/", 1)[0] ?? stream;

const readTurn = (
  { decode }: Reading,
  { after, at }: Place,
  { version, events }: StreamPage,
): Observable<Turn<Place, Recorded<unknown>>> => {
  // A stream that is shorter than it was.
  if (version < after) throw logWentBack(at);
  const last = events.at(-1);
  const next: Place =
    last !== undefined && last.version < version
      ? { after: last.version, does: "read", at }
      : // The last event, if it is there, may stand behind the end that was asked for.
        { after: version, does: "wait", at: later(at, last?.position) };
  return wellFormed(decode, events).pipe(map(({ items, error }) => ({ items, error, next })));
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
