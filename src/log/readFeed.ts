/** The feed: the events of all streams in the order of positions. */
import { defer, finalize, map, type Observable, of, switchMap } from "rxjs";
import { checkKey } from "../codec/parts.js";
import { type Effect, failingWith, fromOne } from "../core/Effect.js";
import { invariant } from "../core/invariant.js";
import { optionsOf, shown, wholeNumber } from "../core/options.js";
import { type Position, parsePosition, positionOf } from "../core/Position.js";
import { invalidConfig, logTrimmed, logWentBack } from "../core/SluiceError.js";
import type { FeedRequest, FeedPage as StoredPage } from "../port/LogPort.js";
import type { LogStore } from "../port/Store.js";
import { callsOf, type Turn } from "./callsOf.js";
import type { OurEvent } from "./decodeEvent.js";
import type { Coding } from "./EventCodec.js";
import type { FeedError, FeedItem, FeedOptions, FeedPage, FeedPageOptions } from "./EventLog.js";
import { PageAhead } from "./PageAhead.js";
import type { Reading } from "./Reading.js";

/** So long one call waits at the end of the log; then the next one waits. */
export const WAIT_MS_MAX = 20_000;

const PAGE_COUNT = 500;

/** No log is so long: asked for what follows it, a log tells where it ends. */
const beyond: Position = positionOf(2 ** 48 - 1, "000000");

/** The position of the last event of the log; undefined where there never was one. */
export const endOfLog = (store: LogStore): Observable<Position | undefined> =>
  store.readFeed({ after: beyond, types: undefined, categories: undefined, limit: 1, waitMsMax: 0 }).pipe(
    map((page) => {
      invariant(page._tag === "WentBack", "a store had an event beyond the end of every log");
      return page.head;
    }),
  );

/** Emits once where the log has, or had, the event of this position; `LogWentBack` where that is of a history that is lost. */
export const unlessLost = (store: LogStore, position: Position | undefined): Observable<unknown> =>
  position === undefined
    ? of(undefined)
    : store.readFeed({ after: position, types: undefined, categories: undefined, limit: 1, waitMsMax: 0 }).pipe(
        map((page) => {
          if (page._tag === "WentBack") throw logWentBack(page.head);
          return page;
        }),
      );

type Wanted = Pick<FeedRequest, "types" | "categories" | "limit">;

/** Events that were looked at, and up to where. */
export type EventsPage = Extract<StoredPage, { readonly _tag: "Events" }>;

/** A page, or `LogWentBack` or `LogTrimmed`. */
export const pageFrom = (store: LogStore, request: FeedRequest): Observable<EventsPage> =>
  store.readFeed(request).pipe(
    map((page) => {
      switch (page._tag) {
        case "WentBack":
          throw logWentBack(page.head);
        case "Trimmed":
          throw logTrimmed(page.trimmedTo);
        case "Events":
          return page;
      }
    }),
  );

/** How far a feed has come. */
interface Place {
  readonly after: Position | "end" | undefined;
  /** Whether that was told to be the end of the log. */
  readonly caughtUp: boolean;
}

export const feed = ({ store, coding, decode }: Reading, options: FeedOptions<string>): Observable<FeedItem<unknown>> =>
  defer(() => {
    const given = optionsOf(options, NAMES);
    const wanted = wantedOf(coding, given);
    const from: Place = { after: checkAfter(given.after), caughtUp: false };
    const pages = new PageAhead((place) => pageFrom(store, { ...wanted, ...place }));
    const call = ({ after, caughtUp }: Place): Observable<Turn<Place, FeedItem<unknown>>> =>
      after === "end"
        ? endOfLog(store).pipe(
            map((position) => ({ items: [caughtUpAt(position)], next: { after: position, caughtUp: true } })),
          )
        : pages.page({ after, waitMsMax: caughtUp ? WAIT_MS_MAX : 0 }).pipe(
            switchMap((page) =>
              decode(page.events).pipe(
                map((ours) => ({
                  items: [...ours, ...placeTold(page, { after, caughtUp })],
                  next: { after: page.next, caughtUp: page.caughtUp },
                })),
              ),
            ),
          );
    return callsOf(store, { start: from, call, live: true }).pipe(finalize(() => pages.stop()));
  });

const caughtUpAt = (position: Position | undefined): FeedItem<never> => ({ _tag: "CaughtUp", position });

/** What is told of the place: nothing where waiting has brought nothing. */
const placeTold = ({ next, caughtUp }: EventsPage, before: Place): ReadonlyArray<FeedItem<never>> => {
  if (next === before.after && caughtUp === before.caughtUp) return [];
  return [caughtUp ? caughtUpAt(next) : { _tag: "Passed", position: next }];
};

export const feedPage = (
  { store, coding, decode }: Reading,
  options: FeedPageOptions<string>,
): Effect<FeedPage<unknown>, FeedError> =>
  failingWith<FeedError>()(
    fromOne(
      defer(() => {
        const { waitMsMax = 0, ...given } = optionsOf(options, [...NAMES, "waitMsMax"]);
        const wanted = wantedOf(coding, given);
        const waits = wholeNumber("waitMsMax", waitMsMax, { min: 0, max: 600_000 });
        const after = checkAfter(given.after);
        const from = after === "end" ? endOfLog(store) : of(after);
        return from.pipe(
          switchMap((position) => pageFrom(store, { ...wanted, after: position, waitMsMax: waits })),
          switchMap(({ events, next, caughtUp }) =>
            decode(events).pipe(map((items: ReadonlyArray<OurEvent>) => ({ items, next, caughtUp }))),
          ),
        );
      }),
    ),
  );

const NAMES = ["after", "types", "categories", "pageSizeMax"] as const;

const wantedOf = (
  coding: Coding,
  { types, categories, pageSizeMax = PAGE_COUNT }: Pick<FeedOptions<string>, "types" | "categories" | "pageSizeMax">,
): Wanted => ({
  types: storedNames(coding, types),
  categories: checkCategories(categories),
  limit: wholeNumber("pageSizeMax", pageSizeMax, { min: 1, max: 1_000 }),
});

/** All names under which events of these types are stored, earlier ones included. */
const storedNames = ({ kinds }: Coding, types: ReadonlyArray<string> | undefined): ReadonlyArray<string> => {
  if (types === undefined) return [...kinds.keys()];
  const wanted = new Set(checkTexts("types", types));
  for (const type of wanted)
    if (kinds.get(type)?.type !== type)
      throw invalidConfig("types", `types names ${shown(type)}, which is no event type of the log's codec.`);
  return [...kinds].flatMap(([name, { type }]) => (wanted.has(type) ? [name] : []));
};

const checkCategories = (categories: ReadonlyArray<string> | undefined): ReadonlyArray<string> | undefined =>
  categories === undefined
    ? undefined
    : checkTexts("categories", categories).map((category) => {
        if (typeof category === "string" && category.includes("/"))
          throw invalidConfig(
            "categories",
            `A category ends before the first "/" of a stream's name, so ${shown(category)} is none.`,
          );
        return checkKey("categories", category);
      });

const isList = (given: unknown): boolean => Array.isArray(given);

/** Different texts, one at least: an empty list would want nothing, and may be a slip for all. */
const checkTexts = (option: string, texts: ReadonlyArray<string>): ReadonlyArray<string> => {
  if (isList(texts) && texts.length > 0) return [...new Set(texts)];
  throw invalidConfig(
    option,
    `${option} must be an array of one text at least, not ${shown(texts)}; leave it out for all.`,
  );
};

const checkAfter = (after: Position | "end" | undefined): Position | "end" | undefined => {
  if (after === undefined || after === "end") return after;
  const position = typeof after === "string" ? parsePosition(after) : undefined;
  if (position !== undefined) return position;
  throw invalidConfig("after", `after must be a position of the log, or "end", not ${shown(after)}.`);
};
