/**
 * Loads of aggregates with one event, a hundred and ten thousand: cold (of all events), warm (the pool has the state, and asks the store
 * whether it is the latest) and with a snapshot of the last state.
 */
import type { Store } from "sluice";
import { eventLog } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import { type Bench, type Measured, timed } from "../bench.js";
import { addItem, Cart, itemAdded, quantityIn } from "../cart.js";
import type { Carts } from "../contestants/carts.js";
import { CATEGORY, type CartOptions, cartCodec, sluiceCarts } from "../contestants/sluiceCarts.js";
import { interleave } from "../rounds.js";
import { measured } from "./measured.js";

const LENGTHS = [1, 100, 10_000] as const;
const CHUNK = 1_000;
/** A round has so many loads, or fewer, so that it reads no more than so many events. */
const LOADS_MAX = 1_000;
const EVENTS_MAX = 100_000;

const idOf = (length: number): string => `c-${length}`;

type Kind = "cold" | "warm" | "snapshot";

/** How it is made that each load is of this kind. */
const optionsOf = (kind: Kind, onSnapshot: () => void): CartOptions => ({
  pool: kind === "warm" ? undefined : { sizeMax: 0 },
  snapshots: kind === "snapshot" ? { codec: Cart, schema: 1, when: () => true } : undefined,
  logger: ({ _tag, cause }) => {
    if (_tag === "Snapshot" && cause === undefined) onSnapshot();
  },
});

/** Carts of all lengths on a store; the last event of each is that of a command, so that a snapshot is stored behind it. */
const filled = async (store: Store, kind: Kind): Promise<Carts> => {
  const stored: Array<() => void> = [];
  const carts = sluiceCarts(
    store,
    false,
    optionsOf(kind, () => stored.shift()?.()),
  );
  const log = eventLog(store, cartCodec);
  for (const length of LENGTHS) {
    for (let at = 0; at < length - 1; at += CHUNK) {
      const events = Array.from({ length: Math.min(CHUNK, length - 1 - at) }, (_, index) => itemAdded(at + index));
      await log.append(`${CATEGORY}/${idOf(length)}`, events);
    }
    const snapshot = kind === "snapshot" ? new Promise<void>((resolve) => stored.push(resolve)) : undefined;
    await carts.handle(idOf(length), addItem(length - 1), `last-of-${length}`);
    await snapshot;
  }
  return carts;
};

interface LoadLane {
  readonly id: string;
  readonly name: string;
  readonly carts: Carts;
  /** Whether a load reads all events. */
  readonly readsAll: boolean;
}

const NAMES: Readonly<Record<Kind, string>> = {
  cold: "Sluice, all events",
  snapshot: "Sluice, a snapshot",
  warm: "Sluice, pooled",
};

const KINDS: ReadonlyArray<Kind> = ["cold", "snapshot", "warm"];

const sluiceLanes = async (storeOf: (kind: Kind) => Store): Promise<ReadonlyArray<LoadLane>> => {
  const lanes: Array<LoadLane> = [];
  for (const kind of KINDS)
    lanes.push({ id: kind, name: NAMES[kind], carts: await filled(storeOf(kind), kind), readsAll: kind === "cold" });
  return lanes;
};

const emmettLane = async (): Promise<LoadLane> => {
  const carts = (await import("../contestants/emmettCarts.js")).emmettCarts();
  for (const length of LENGTHS)
    await carts.append(
      idOf(length),
      Array.from({ length }, (_, index) => itemAdded(index)),
    );
  return { id: "emmett", name: "Emmett, all events", carts, readsAll: true };
};

/** The mean time of one load. */
const round = async ({ id, carts, readsAll }: LoadLane, length: number): Promise<Readonly<Record<string, number>>> => {
  const count = readsAll ? Math.min(LOADS_MAX, Math.ceil(EVENTS_MAX / length)) : LOADS_MAX;
  const name = idOf(length);
  const ms = await timed(async () => {
    for (let n = 0; n < count; n += 1) await carts.load(name);
  });
  const quantity = quantityIn(await carts.load(name));
  if (quantity !== length) throw new Error(`${id} loaded a cart with ${quantity} events of ${length}`);
  return { load: (ms * 1_000) / count };
};

const WARM_UPS = 2;

const tablesOf = async (
  bench: Bench,
  lanes: ReadonlyArray<LoadLane>,
  about: { readonly prefix: string; readonly title: string },
) => {
  const tables: Array<Measured> = [];
  for (const length of LENGTHS) {
    const id = `${about.prefix}-${length}`;
    const figures = await interleave(
      bench,
      id,
      WARM_UPS,
      lanes.map((lane) => ({ id: lane.id, run: () => round(lane, length) })),
    );
    tables.push(
      measured(figures, "load", lanes, {
        id,
        title: `Load of an aggregate with ${length.toLocaleString("en")} event${length === 1 ? "" : "s"}, ${about.title}`,
        unit: "µs",
        better: "lower",
        base: "cold",
        ratio: "it ÷ base",
      }),
    );
  }
  for (const { carts } of lanes) await carts.close();
  return tables;
};

export const loads = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { peers, redis } = bench;
  await redis.clear();
  const inMemory = [
    ...(peers.includes("sluice") ? await sluiceLanes(() => memoryStore()) : []),
    ...(peers.includes("emmett") ? [await emmettLane()] : []),
  ];
  const memoryTables = await tablesOf(bench, inMemory, { prefix: "load", title: "in memory" });
  if (!peers.includes("sluice")) return memoryTables;
  const onRedis = await sluiceLanes((kind) => redisStore(redis.url, { namespace: `bench-${kind}` }));
  const redisTables = await tablesOf(bench, onRedis, { prefix: "load-redis", title: "on Redis" });
  await redis.clear();
  return [...memoryTables, ...redisTables];
};
