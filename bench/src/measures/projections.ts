/** What reads the log from its start, in events a second: the typed feed, a projection live and kept, and a read model; in memory and on Redis. */
import * as t from "io-ts";
import { filter, firstValueFrom, lastValueFrom, reduce, Subject, takeWhile } from "rxjs";
import type { Store } from "sluice";
import { eventLog } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { sortOf } from "sluice/records";
import { redisStore } from "sluice/redis";
import { type Durable, projection, readModel } from "sluice/sourcing";
import { type Bench, type Measured, rate } from "../bench.js";
import { Cart, emptyCart, evolveCart, itemAdded, quantityIn } from "../cart.js";
import { CATEGORY, cartCodec } from "../contestants/sluiceCarts.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";

const CARTS = 2_000;
const CHUNK = 10;
const TIMEOUT_MS = 300_000;

/** Events of many carts in turns, ten at a time. */
const fill = async (store: Store, count: number): Promise<void> => {
  const log = eventLog(store, cartCodec);
  for (let at = 0; at < count; at += CHUNK) {
    const events = Array.from({ length: CHUNK }, (_, index) => itemAdded(at + index));
    await log.append(`${CATEGORY}/c-${(at / CHUNK) % CARTS}`, events);
  }
};

/** The name of a projection, and a version that none had before: so it begins with the first event. */
interface Named {
  readonly name: string;
  readonly version: number;
}

/** Reads everything. What it answers tells how many things were added, one by each event; that is asked for beside the measured time. */
type Reader = (store: Store, named: Named) => Promise<() => PromiseLike<number>>;

const readFeed: Reader = async (store) => {
  const sum = await lastValueFrom(
    eventLog(store, cartCodec)
      .feed()
      .pipe(
        takeWhile(({ _tag }) => _tag !== "CaughtUp"),
        reduce(
          (sum, item) => (item._tag === "Event" && item.event.type === "ItemAdded" ? sum + item.event.data.qty : sum),
          0,
        ),
      ),
  );
  return async () => sum;
};

/** How many things were added to all carts. */
const addedOf = (store: Store, named: Named) =>
  projection(store, {
    ...named,
    codec: cartCodec,
    initial: 0,
    state: t.number,
    evolve: { ItemAdded: (sum, { event }) => sum + event.data.qty },
  });

/** Each cart as a record. */
const cartsOf = (store: Store, named: Named) =>
  readModel(store, {
    ...named,
    codec: cartCodec,
    record: Cart,
    id: ({ stream }) => stream,
    evolve: { ItemAdded: (cart, { event }) => evolveCart(cart ?? emptyCart, event) },
    indexes: { byTotal: ({ total }) => ({ sort: sortOf(total) }) },
  });

const readLive: Reader = async (store, named) => {
  const { state } = await firstValueFrom(
    addedOf(store, named)
      .live()
      .pipe(filter(({ caughtUp }) => caughtUp)),
  );
  return async () => state;
};

/** Runs it until it has come to the end of the log. */
const kept = async (durable: Durable<unknown>): Promise<void> => {
  const stop$ = new Subject<void>();
  const ended = lastValueFrom(durable.run({ stop$ }), { defaultValue: undefined });
  await durable.waitFor("end", { timeoutMs: TIMEOUT_MS });
  stop$.next();
  await ended;
};

const readKept: Reader = async (store, named) => {
  const added = addedOf(store, named);
  await kept(added);
  return async () => (await added.get()).state;
};

const readModelled: Reader = async (store, named) => {
  const carts = cartsOf(store, named);
  await kept(carts);
  return async () => {
    let sum = 0;
    let page = await carts.page("byTotal", { limit: 500 });
    for (;;) {
      for (const { value } of page.items) sum += quantityIn(value);
      if (page.next === undefined) return sum;
      page = await carts.page("byTotal", { limit: 500, after: page.next });
    }
  };
};

const LANES: ReadonlyArray<{ readonly id: string; readonly name: string; readonly read: Reader }> = [
  { id: "feed", name: "the typed feed", read: readFeed },
  { id: "live", name: "a projection, live", read: readLive },
  { id: "kept", name: "a projection, kept in the store", read: readKept },
  { id: "model", name: `a read model of ${CARTS.toLocaleString("en")} records with an index`, read: readModelled },
];

interface Place {
  readonly id: string;
  readonly title: string;
  readonly store: Store;
}

const tableOf = async (bench: Bench, { id, title, store }: Place): Promise<Measured> => {
  const { projected } = bench.sizes;
  await fill(store, projected);
  let version = 0;
  const figures = await interleave(
    bench,
    id,
    warmUpsOf(bench, projected),
    LANES.map(({ id: name, read }) => ({
      id: name,
      run: async () => {
        version += 1;
        const startMs = performance.now();
        const added = await read(store, { name, version });
        const ms = performance.now() - startMs;
        const sum = await added();
        if (sum !== projected) throw new Error(`${name} has read ${sum} events of ${projected}`);
        return { rate: rate(projected, ms) };
      },
    })),
  );
  await store.close();
  return measured(figures, "rate", LANES, {
    id,
    title,
    unit: "events/s",
    better: "higher",
    base: "feed",
    ratio: "it ÷ base",
  });
};

export const catchUps = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  await bench.redis.clear();
  const tables = [
    await tableOf(bench, { id: "catch-up", title: "All events from the first on, in memory", store: memoryStore() }),
    await tableOf(bench, {
      id: "catch-up-redis",
      title: "All events from the first on, on Redis",
      store: redisStore(bench.redis.url, { namespace: "bench" }),
    }),
  ];
  await bench.redis.clear();
  return tables;
};
