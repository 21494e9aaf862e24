/** Reactions by a broker of Sluice. Every event passes an io-ts codec when it is stored, when its target is asked for, and when it is delivered. */
import { lastValueFrom, Subject } from "rxjs";
import type { Store } from "sluice";
import { type BrokerEvent, broker, on } from "sluice/broker";
import { eventLog, eventType } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import { concurrently } from "../concurrently.js";
import { indexOf, orderOf, ordersFrom } from "../payload.js";
import type { Reactions, ReactionsLane, ReactionsOptions } from "./reactions.js";
import { targetOf } from "./reactions.js";
import { OrderCodec } from "./sluice.js";

const NAME = "bench";
/** Of the only lane of this broker. Paused, it takes events and hands out none. */
const QUEUE = `sluice.broker/default/${NAME}`;
/** Events of one append, and appends in flight. */
const COMMIT = 200;
const COMMITS = 16;

type Told = BrokerEvent<unknown>;

const codec = eventType("Ordered", OrderCodec);

/** Events without reactions so far. */
export const fill = async (store: Store, events: number): Promise<void> => {
  const log = eventLog(store, codec);
  const firsts = Array.from({ length: Math.ceil(events / COMMIT) }, (_, commit) => commit * COMMIT);
  await concurrently(firsts, COMMITS, (first) =>
    log.append(`orders/${first}`, ordersFrom(first, Math.min(COMMIT, events - first))),
  );
};

export const brokerOf = (store: Store, { streams, onReaction }: Pick<ReactionsOptions, "streams" | "onReaction">) => {
  const reaction = on(codec, "Ordered")
    .do(async ({ event }) => onReaction(indexOf(event)), { name: "react" })
    .to(({ event }) => targetOf(indexOf(event), streams));
  return broker(store, { name: NAME, reactions: [reaction] });
};

export const reactionsOn = async (store: Store, options: ReactionsOptions): Promise<Reactions> => {
  const { events } = options;
  await fill(store, events);
  const reacting = brokerOf(store, options);
  const log = eventLog(store, codec);
  let committed = events;
  let calls = 0;
  const setPaused = (paused: boolean): PromiseLike<void> =>
    store.setPaused({ queue: QUEUE, paused }, `bench-${calls++}`);
  const stop$ = new Subject<void>();
  /** Runs it until it has told `events` of what is counted. */
  const until = async (countOf: (event: Told) => number): Promise<void> => {
    let sum = 0;
    const told = reacting.events$.subscribe((event) => {
      sum += countOf(event);
      if (sum === events) stop$.next();
    });
    await lastValueFrom(reacting.run({ stop$ }), { defaultValue: undefined });
    told.unsubscribe();
  };
  return {
    correlate: async () => {
      await setPaused(true);
      await until((event) => (event._tag === "Correlated" ? event.messages : 0));
      await setPaused(false);
    },
    catchUp: () => until((event) => (event._tag === "Acked" ? 1 : 0)),
    follow: () => {
      reacting.run({ stop$ }).subscribe();
    },
    commit: (stream) => log.append(stream, [orderOf(committed++)]),
    close: async () => {
      stop$.next();
      await store.close();
    },
  };
};

export const sluiceLanes = (url: string): ReadonlyArray<ReactionsLane> => [
  { id: "sluice", name: "Sluice", open: (options) => reactionsOn(redisStore(url, { namespace: "bench" }), options) },
  { id: "sluice-memory", name: "Sluice, in memory", open: (options) => reactionsOn(memoryStore(), options) },
];
