/** Reading one stream: what it is like, its events once, and its events for ever. */
import { defer, map, type Observable, switchMap } from "rxjs";
import { type Effect, failingWith, fromOne, mapEffect } from "../core/Effect.js";
import { optionsOf, shown, wholeNumber } from "../core/options.js";
import { invalidConfig, type ReadError } from "../core/SluiceError.js";
import type { StoredEvent, StreamPage, StreamReadRequest } from "../port/LogPort.js";
import type { LogStore } from "../port/Store.js";
import { callsOf, type Turn } from "./callsOf.js";
import { wellFormed } from "./decodePage.js";
import type { ReadOptions, StreamHead } from "./EventLog.js";
import { checkStream, versions } from "./expected.js";
import type { Reading } from "./Reading.js";
import type { Recorded } from "./recorded.js";

/** So many events are asked for in one call. */
export const PAGE_COUNT = 1_000;

export const head = (store: LogStore, stream: string): Effect<StreamHead, ReadError> =>
  failingWith<ReadError>()(
    mapEffect(
      fromOne(
        defer(() =>
          store.readStream({ stream: checkStream(stream), after: 0, upTo: undefined, limit: 1, backwards: true }),
        ),
      ),
      headOf,
    ),
  );

/** The last event is not there where it is given up. */
const headOf = ({ version, prunedTo, closed, events: [last] }: StreamPage): StreamHead => ({
  version,
  lastId: last?.id,
  position: last?.position,
  prunedTo,
  closed,
});

/**
 * The events before the first one that is later than this time. The store's clock may have been set back, so what follows that one may be
 * earlier again; but without it that would be no history.
 */
export const until = (events: ReadonlyArray<StoredEvent>, ms: number): ReadonlyArray<StoredEvent> => {
  const end = events.findIndex(({ appendedAtMs }) => appendedAtMs > ms);
  return end < 0 ? events : events.slice(0, end);
};

/** The same of events that are read from the last one on: without those at their beginning that are later. */
const fromLast = (events: ReadonlyArray<StoredEvent>, ms: number): ReadonlyArray<StoredEvent> => {
  const first = events.findIndex(({ appendedAtMs }) => appendedAtMs <= ms);
  return first < 0 ? [] : events.slice(first);
};

/** What is still to be read. */
interface Range extends Pick<StreamReadRequest, "stream" | "after" | "upTo" | "limit"> {
  /** The time of the last event that is wanted, milliseconds. Backwards it was found by the first event. */
  readonly untilMs: number;
}

interface Read {
  readonly range: Range;
  readonly backwards: boolean;
}

/** A stream's events, once. */
export const read = (reading: Reading, stream: string, options: ReadOptions): Observable<Recorded<unknown>> =>
  defer(() => {
    const { range, backwards } = readOf(stream, options);
    const call = ({ untilMs, ...state }: Range): Observable<Turn<Range, Recorded<unknown>>> =>
      reading.store.readStream({ ...state, limit: Math.min(state.limit, PAGE_COUNT), backwards }).pipe(
        switchMap((page) => {
          const events = (backwards ? fromLast : until)(page.events, untilMs);
          const isOver = !backwards && events.length < page.events.length;
          return wellFormed(reading.decode, events).pipe(
            map(({ items, error }) => ({
              items,
              error,
              next: isOver
                ? undefined
                : restOf(
                    { ...state, untilMs: backwards && events.length > 0 ? Number.POSITIVE_INFINITY : untilMs },
                    page,
                    { backwards, count: items.length },
                  ),
            })),
          );
        }),
      );
    return callsOf(reading.store, { start: range.limit === 0 ? undefined : range, call, live: false });
  });

/** What is left to be read behind this page; undefined where that is nothing. */
const restOf = (
  { stream, after, upTo, limit, untilMs }: Range,
  { events, version }: StreamPage,
  { backwards, count }: { readonly backwards: boolean; readonly count: number },
): Range | undefined => {
  const last: StoredEvent | undefined = events.at(-1);
  if (last === undefined) return undefined;
  const rest = backwards
    ? { stream, after, upTo: last.version - 1, limit: limit - count, untilMs }
    : { stream, after: last.version, upTo: Math.min(upTo ?? version, version), limit: limit - count, untilMs };
  return rest.after < rest.upTo && rest.limit > 0 ? rest : undefined;
};

const NAMES = ["after", "upTo", "limit", "backwards"] as const;

const readOf = (stream: string, options: ReadOptions): Read => {
  const { after = 0, upTo, limit = Number.MAX_SAFE_INTEGER, backwards = false } = optionsOf(options, NAMES);
  return {
    range: {
      stream: checkStream(stream),
      after: wholeNumber("after", after, versions),
      upTo: upTo === undefined || upTo instanceof Date ? undefined : wholeNumber("upTo", upTo, versions),
      limit: wholeNumber("limit", limit, versions),
      untilMs: upTo instanceof Date ? checkTime(upTo) : Number.POSITIVE_INFINITY,
    },
    backwards: checkBackwards(backwards),
  };
};

const checkBackwards = (backwards: unknown): boolean => {
  if (typeof backwards === "boolean") return backwards;
  throw invalidConfig("backwards", `backwards must be true or false, not ${shown(backwards)}.`);
};

const checkTime = (time: Date): number => {
  const ms = time.getTime();
  if (Number.isNaN(ms)) throw invalidConfig("upTo", "upTo is an invalid Date.");
  return ms;
};
