/** Stores that break their word about the feed, and about those who wait for it. */

import { soon } from "../../../../../src/core/Clock.js";
import { effect } from "../../../../../src/core/Effect.js";
import { type Position, placeOf, positionOf } from "../../../../../src/core/Position.js";
import type { FeedPage, FeedRequest, StoredEvent } from "../../../../../src/port/LogPort.js";
import type { Store } from "../../../../../src/port/Store.js";
import { type Break, mapped } from "./BrokenStore.js";
import { allEvents, calling } from "./log.js";

type EventsPage = Extract<FeedPage, { readonly _tag: "Events" }>;

const changingPages =
  (change: (page: EventsPage, request: FeedRequest) => FeedPage): Break =>
  (store) => ({
    readFeed: (request) =>
      mapped(store.readFeed(request), (page) => (page._tag === "Events" ? change(page, request) : page)),
  });

const asking =
  (change: (request: FeedRequest) => FeedRequest): Break =>
  (store) => ({ readFeed: (request) => store.readFeed(change(request)) });

const reading =
  (read: (store: Store, request: FeedRequest) => Promise<FeedPage>): Break =>
  (store) => ({ readFeed: (request) => calling(() => read(store, request)) });

/** The last position of the log. */
const headOf = async (store: Store): Promise<Position | undefined> => {
  const request = { after: positionOf(2 ** 40, "000000"), types: undefined, categories: undefined };
  const page = await store.readFeed({ ...request, limit: 1, waitMsMax: 0 });
  return page._tag === "WentBack" ? page.head : undefined;
};

/** The page of these events, to which all that the log had belongs. */
const lastPage = (events: ReadonlyArray<StoredEvent>, next: Position | undefined): FeedPage => ({
  _tag: "Events",
  events,
  next,
  caughtUp: true,
});

/** Reads on until there is something, or the end. */
const untilSome = async (store: Store, request: FeedRequest): Promise<FeedPage> => {
  let page = await store.readFeed(request);
  while (page._tag === "Events" && page.events.length === 0 && !page.caughtUp)
    page = await store.readFeed({ ...request, after: page.next });
  return page;
};

/** A store that answers in another way where the log never had a position. */
const atForeign = (
  read: (store: Store, request: FeedRequest, head: Position | undefined) => Promise<FeedPage | undefined>,
): Break =>
  reading(async (store, request) => {
    const page = await store.readFeed(request);
    return page._tag === "WentBack" ? ((await read(store, request, page.head)) ?? page) : page;
  });

/** What stands behind the place of a position, whatever event it names. */
const behindPlace = async (store: Store, after: Position | undefined): Promise<ReadonlyArray<StoredEvent>> =>
  (await allEvents(store)).filter(({ position }) => after === undefined || placeOf(position) > placeOf(after));

/** A store that wakes feeds by itself, without an end to their waiting: after each write `wake` has those that wait. */
const waking =
  (wake: (feeds: Array<() => void>, store: Store) => void): Break =>
  (store) => {
    const feeds: Array<() => void> = [];
    return {
      readFeed: (request) =>
        effect((asker) => {
          const read = () => store.readFeed({ ...request, waitMsMax: 0 });
          const tell = (page: FeedPage): void => {
            asker.next(page);
            asker.complete();
          };
          return read().subscribe({
            next: (page) => {
              if (request.waitMsMax > 0 && page._tag === "Events" && page.next === request.after)
                feeds.push(() => read().subscribe(tell));
              else tell(page);
            },
            error: (error: unknown) => asker.error(error),
          });
        }),
      write: (lists, writeId) =>
        mapped(store.write(lists, writeId), (answers) => {
          wake(feeds, store);
          return answers;
        }),
    };
  };

const wakeAll = (feeds: Array<() => void>): void => {
  for (const tell of feeds.splice(0)) tell();
};

export const onTheFeed: Readonly<Record<string, Break>> = {
  "gives the events of a page in reverse": changingPages((page) => ({ ...page, events: [...page.events].reverse() })),
  "gives every tenth version to its stream alone": changingPages((page) => ({
    ...page,
    events: page.events.filter(({ version }) => version % 10 !== 0),
  })),
  "begins the feed with what is new": reading(async (store, request) =>
    store.readFeed({ ...request, after: request.after ?? (await headOf(store)) }),
  ),
  "gives one event more than was asked for": asking((request) => ({ ...request, limit: request.limit + 1 })),
  "heeds no types": asking((request) => ({ ...request, types: undefined })),
  "takes no types for all of them": asking((request) => ({
    ...request,
    types: request.types?.length === 0 ? undefined : request.types,
  })),
  "heeds no categories": asking((request) => ({ ...request, categories: undefined })),
  "takes a full page for one before the end": changingPages((page, { limit }) => ({
    ...page,
    caughtUp: page.events.length < limit,
  })),
  "takes a page without events for the last": changingPages((page) => ({
    ...page,
    caughtUp: page.caughtUp || page.events.length === 0,
  })),
  "names a position of an empty log": changingPages((page) => ({
    ...page,
    next: page.next ?? positionOf(1, "000000"),
  })),
  "answers pages of the feed of any size": reading(async (store, request) => {
    const events: Array<StoredEvent> = [];
    let { after } = request;
    for (;;) {
      const page = await store.readFeed({ ...request, after, limit: request.limit - events.length });
      if (page._tag !== "Events") return page;
      events.push(...page.events);
      after = page.next;
      if (page.caughtUp || events.length === request.limit) return { ...page, events };
    }
  }),
  "looks at the whole log for what is wanted": reading(untilSome),
  "tells positions by their places": atForeign(async (store, request, head) =>
    request.after !== undefined && head !== undefined && placeOf(request.after) <= placeOf(head)
      ? lastPage(await behindPlace(store, request.after), head)
      : undefined,
  ),
  "takes any position of another history where the event is pruned": atForeign(async (store, { after }, head) => {
    const place = after === undefined ? 0 : placeOf(after);
    const isLeft = (await allEvents(store)).some(({ position }) => placeOf(position) === place);
    return isLeft || head === undefined || place > placeOf(head)
      ? undefined
      : lastPage(await behindPlace(store, after), head);
  }),
  "waits for the log to come to a position ahead of it": atForeign(async (_, { after }, head) =>
    after !== undefined && placeOf(after) > (head === undefined ? 0 : placeOf(head)) ? lastPage([], after) : undefined,
  ),
  "ends the feed at a pruned event": changingPages((page, { after }) => {
    let place = after === undefined ? 0 : placeOf(after);
    const end = page.events.findIndex(({ position }) => placeOf(position) !== ++place);
    return end < 0 ? page : lastPage(page.events.slice(0, end), page.events[end - 1]?.position ?? after);
  }),
  "passes over what is trimmed": reading(async (store, request) => {
    const page = await store.readFeed(request);
    return page._tag === "Trimmed" ? await store.readFeed({ ...request, after: page.trimmedTo }) : page;
  }),
  "wakes no feed": waking(() => undefined),
  "tells feeds inside the write": waking(wakeAll),
  "tells feeds of every write": waking((feeds, store) => {
    const waiting = feeds.splice(0);
    soon(store.scheduler, () => wakeAll(waiting));
  }),
  "wakes the first of its feeds, also where that is given up": waking((feeds, store) =>
    soon(store.scheduler, () => feeds.shift()?.()),
  ),
  "lets every feed wait that may": (store) => ({
    readFeed: (request) =>
      effect((asker) => {
        const subscription = store.scheduler.schedule(
          () => subscription.add(store.readFeed({ ...request, waitMsMax: 0 }).subscribe(asker)),
          request.waitMsMax,
        );
        return subscription;
      }),
  }),
  "lets feeds wait without end": asking((request) => ({
    ...request,
    waitMsMax: request.waitMsMax > 0 ? Number.POSITIVE_INFINITY : 0,
  })),
  "lets no feed wait without end": asking((request) => ({
    ...request,
    waitMsMax: request.waitMsMax === Number.POSITIVE_INFINITY ? 0 : request.waitMsMax,
  })),
  "tells a feed nothing before something wanted comes": reading(async (store, request) => {
    let page = await store.readFeed(request);
    while (request.waitMsMax > 0 && page._tag === "Events" && page.events.length === 0)
      page = await store.readFeed({ ...request, after: page.next });
    return page;
  }),
  "leaves a timer behind for a feed that is given up": (store) => ({
    readFeed: (request) =>
      effect((asker) => {
        const timer = store.scheduler.schedule(() => undefined, request.waitMsMax);
        return store.readFeed(request).subscribe({
          next: (page) => {
            timer.unsubscribe();
            asker.next(page);
            asker.complete();
          },
          error: (error: unknown) => asker.error(error),
        });
      }),
  }),
  "lets a feed that waits begin at the end": reading(async (store, request) =>
    store.readFeed({
      ...request,
      after: request.waitMsMax > 0 && request.after !== undefined ? await headOf(store) : request.after,
    }),
  ),
  "lets feeds wait on when it is closed": (store) => {
    let closed = false;
    return {
      readFeed: (request) =>
        effect((asker) =>
          store.readFeed(request).subscribe({
            next: (page) => {
              if (closed) return;
              asker.next(page);
              asker.complete();
            },
            error: (error: unknown) => asker.error(error),
          }),
        ),
      close: () =>
        effect((asker) => {
          closed = true;
          return store.close().subscribe(asker);
        }),
    };
  },
};

/** Which of them is failed by which case. */
export const feedProofs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "gives the events of a page in reverse": [
    "the feed gives every event once, in the order of positions, by pages of any size",
    "the feed gives the events of a stream in the order of their versions, as the stream does",
  ],
  "gives every tenth version to its stream alone": [
    "the feed gives every event once, in the order of positions, by pages of any size",
    "the feed gives the events of a stream in the order of their versions, as the stream does",
  ],
  "begins the feed with what is new": [
    "the feed begins with the first event, or right behind the position that is given",
  ],
  "gives one event more than was asked for": [
    "a page may end inside an append, and the next one goes on there",
    "the end of the log is told there, and only there",
  ],
  "heeds no types": ["types narrow the feed, and next passes over the others"],
  "takes no types for all of them": ["types narrow the feed, and next passes over the others"],
  "heeds no categories": ["categories narrow the feed: the name of a stream up to its first slash, or the whole name"],
  "takes a full page for one before the end": ["the end of the log is told there, and only there"],
  "takes a page without events for the last": [
    "a page that finds nothing wanted looks at 5,000 events, and says where to go on",
  ],
  "names a position of an empty log": ["an empty log has an empty feed"],
  "answers pages of the feed of any size": ["a page of the feed holds at most 4 MiB, but one event at least"],
  "looks at the whole log for what is wanted": [
    "a page that finds nothing wanted looks at 5,000 events, and says where to go on",
  ],
  "tells positions by their places": [
    "a position that the log never had is told as such, with the last one that it has",
  ],
  "takes any position of another history where the event is pruned": [
    "a pruned event keeps its position, which is still told from those of another history",
  ],
  "waits for the log to come to a position ahead of it": [
    "a position that the log never had is told as such, with the last one that it has",
    "an empty log never had any position",
  ],
  "ends the feed at a pruned event": ["a feed passes over pruned events, and is not at its end there"],
  "passes over what is trimmed": [
    "a feed that would pass over trimmed events is told where the rest begins",
    "a feed waits for nothing where its position is none of the log's, or what follows is given up",
  ],
  "wakes no feed": [
    "a feed that waits at the end of the log is given the next append",
    "a burst of appends while somebody waits is given whole, and in order",
    "from history to live, under eight writers, nothing is missing or double",
    "a feed that waits is given what another process appends",
    "from history to live, under writers of two processes, both are given the same",
  ],
  "tells feeds inside the write": ["a feed that waits is told nothing inside the write"],
  "tells feeds of every write": ["a feed that waits is told nothing of what adds no event"],
  "wakes the first of its feeds, also where that is given up": [
    "all feeds that wait are told",
    "a feed that nobody waits for any more is told nothing, and leaves nothing behind",
    "a process that is closed while its feed waits takes no wake-up with it",
  ],
  "lets every feed wait that may": ["a feed that may wait is given at once what is there"],
  "lets feeds wait without end": ["a feed that waited its time is told that it has caught up"],
  "lets no feed wait without end": ["a feed may wait without end"],
  "tells a feed nothing before something wanted comes": [
    "a feed that waits is told of an append in which it wants nothing, and goes on behind it",
  ],
  "leaves a timer behind for a feed that is given up": [
    "a feed that nobody waits for any more is told nothing, and leaves nothing behind",
  ],
  "lets a feed that waits begin at the end": ["who asks again after short waits misses nothing either"],
  "lets feeds wait on when it is closed": ["a close ends feeds that wait with an empty page"],
};
