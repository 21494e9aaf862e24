/** What aggregates, the log and projections tell: on a memory store, on the diagram's clock. */
import { left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import {
  concat,
  concatMap,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  takeUntil,
  timer,
} from "rxjs";
import { eventLog, eventType, type FeedItem } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { aggregate, type Projected, projection, type Versioned } from "sluice/sourcing";
import type { Stage } from "./stage.js";
import type { Entry } from "./table.js";

/** From then on somebody looks; what the first input has told before is history. */
const LOOKS_AT_MS = 4;
/** And then no more, behind the end of what is drawn: else virtual time would never end. */
const LEAVES_AT_MS = 30;

const added = eventType("Added", t.string);

/** A bag takes each letter once. */
const bag = {
  category: "bag",
  codec: added,
  decider: {
    initial: "",
    decide: (letter: string) => (bag: string) => (bag.includes(letter) ? left("It is in the bag") : right([letter])),
    evolve: (bag: string, letter: string) => bag + letter,
  },
};

/** Bags whose first one is told to take what the first input says, and what is asked for later. */
const filled = ({ scheduler, input }: Stage) => {
  const store = memoryStore({ scheduler });
  const bags = aggregate(store, bag);
  const filling = input().pipe(
    concatMap((letter) => bags.handle("1", letter)),
    ignoreElements(),
  );
  const looking = (look: () => Observable<string>): Observable<string> =>
    concat(
      merge(filling, timer(LOOKS_AT_MS, scheduler).pipe(mergeMap(look))).pipe(
        takeUntil(timer(LEAVES_AT_MS, scheduler)),
      ),
      NEVER,
    );
  return { store, bags, looking };
};

const tellState = ({ state, version }: Versioned<string>): string => `${state} at version ${version}`;
const tellItem = (item: FeedItem<string>): string => (item._tag === "Event" ? item.event : item._tag);
const tellProjected = ({ state, caughtUp }: Projected<number>): string => `${state}${caughtUp ? ", caught up" : ""}`;

export const logs: Readonly<Record<string, Entry>> = {
  state: {
    operator: 'bags.state$("1"), from 4 ms on',
    run: (stage) => {
      const { bags, looking } = filled(stage);
      return looking(() => bags.state$("1").pipe(map(tellState)));
    },
  },

  streamEvents: {
    operator: 'bags.events$("1"), from 4 ms on',
    run: (stage) => {
      const { bags, looking } = filled(stage);
      return looking(() => bags.events$("1").pipe(map(({ event, version }) => `${event}, version ${version}`)));
    },
  },

  feed: {
    operator: "log.feed(), from 4 ms on",
    run: (stage) => {
      const { store, looking } = filled(stage);
      return looking(() => eventLog(store, added).feed().pipe(map(tellItem)));
    },
  },

  projectionLive: {
    operator: "count.live(), from 4 ms on",
    run: (stage) => {
      const { store, looking } = filled(stage);
      const count = projection(store, {
        name: "count",
        version: 1,
        codec: added,
        initial: 0,
        state: t.number,
        evolve: { Added: (n) => n + 1 },
      });
      return looking(() => count.live().pipe(map(tellProjected)));
    },
  },
};
