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
/** More than any backlog here: a lane that is full waits, which is not what is measured. */
const PENDING_MAX = 1_000_000;

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
  return broker(store, { name: NAME, reactions: [reaction], pendingMax: PENDING_MAX });
};

export const reactionsOn = async (store: Store, options: ReactionsOptions): Promise<Reactions> => {
  const { events } = options;
  await fill(store, events);
  const reacting = brokerOf(store, options);
  const log = eventLog(store, codec);
  let committed = events;
  let calls = 0;
  const setPaused = async (paused: boolean): Promise<void> => {
    await store.setPaused({ queue: QUEUE, paused }, `bench-${calls++}`);
  };
  const stop$ = new Subject<void>();
  /** A run that is under way, and its end. */
  let ended: Promise<unknown> = Promise.resolve();
  const stop = async (): Promise<void> => {
    stop$.next();
    await ended;
  };
  /** Runs it, until it has told `events` of what is counted; its end is not waited for. */
  const until = (countOf: (event: Told) => number): Promise<void> =>
    new Promise((resolve, reject) => {
      let sum = 0;
      const told = reacting.events$.subscribe((event) => {
        sum += countOf(event);
        if (sum !== events) return;
        told.unsubscribe();
        resolve();
      });
      ended = lastValueFrom(reacting.run({ stop$ }), { defaultValue: undefined });
      ended.catch(reject);
    });
  return {
    prepare: () => setPaused(true),
    correlate: () => until((event) => (event._tag === "Correlated" ? event.messages : 0)),
    proceed: async () => {
      await stop();
      await setPaused(false);
    },
    catchUp: () => until((event) => (event._tag === "Acked" ? 1 : 0)),
    follow: () => {
      ended = lastValueFrom(reacting.run({ stop$ }), { defaultValue: undefined });
    },
    commit: (stream) => log.append(stream, [orderOf(committed++)]),
    close: async () => {
      await stop();
      await store.close();
    },
  };
};

export const sluiceLanes = (url: string): ReadonlyArray<ReactionsLane> => [
  { id: "sluice", name: "Sluice", open: (options) => reactionsOn(redisStore(url, { namespace: "bench" }), options) },
  { id: "sluice-memory", name: "Sluice, in memory", open: (options) => reactionsOn(memoryStore(), options) },
];
