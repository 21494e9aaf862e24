/** Commands to aggregates on Redis, beside a script by hand that does a command once too; conflicts of two programs; and the bytes of a command. */
import { redisStore } from "sluice/redis";
import type { EntryLogger } from "sluice/sourcing";
import type { Bench, Measured } from "../bench.js";
import { addItem } from "../cart.js";
import { concurrently } from "../concurrently.js";
import { bareCarts } from "../contestants/bareCarts.js";
import type { CartLane, Carts } from "../contestants/carts.js";
import { sluiceCarts } from "../contestants/sluiceCarts.js";
import { CALLERS, contended, SHAPES, tablesOf, taking } from "./commands.js";
import { usedBytes } from "./memory.js";

interface Opening {
  readonly url: string;
  readonly ids: boolean;
  readonly logger?: EntryLogger;
}

const open = async ({ url, ids, logger }: Opening): Promise<Carts> => {
  const store = redisStore(url, { namespace: "bench" });
  await store.ready();
  return sluiceCarts(store, ids, { logger });
};

/** Calls go to these by turns: two programs at work on the same carts, each with what it knows of them. */
const both = (one: Carts, other: Carts): Carts => {
  let turn = 0;
  return {
    handle: (...command) => (turn++ % 2 === 0 ? one : other).handle(...command),
    load: (id) => one.load(id),
    close: async () => {
      await one.close();
      await other.close();
    },
  };
};

/** Counts how often a command is decided again, since the other program was faster. */
class Conflicts {
  #count = 0;
  #commands = 0;

  readonly logger: EntryLogger = ({ _tag }) => {
    if (_tag === "Conflict") this.#count += 1;
    if (_tag === "Decided") this.#commands += 1;
  };

  get percent(): number {
    if (this.#count === 0) throw new Error("two programs at work on the same aggregates never met");
    return (100 * this.#count) / this.#commands;
  }
}

const contention = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { url } = bench.redis;
  const conflicts = new Conflicts();
  const opened = (ids: boolean): Promise<Carts> => open({ url, ids, logger: conflicts.logger });
  const lanes = taking(bench, [
    {
      peer: "sluice",
      id: "ids",
      name: "Sluice, each with a command id",
      open: async () => both(await opened(true), await opened(true)),
    },
    {
      peer: "sluice",
      id: "sluice",
      name: "Sluice, without ids",
      open: async () => both(await opened(false), await opened(false)),
    },
    {
      peer: "bare",
      id: "bare",
      name: "bare ioredis",
      open: async () => both(await bareCarts(url), await bareCarts(url)),
    },
  ]);
  const title = `Commands of ${CALLERS} callers at once to one aggregate, in two programs, then to the next`;
  const tables = await tablesOf(bench, lanes, [contended(title)], ABOUT);
  if (!bench.peers.includes("sluice")) return tables;
  return [
    ...tables,
    {
      id: "sourcing-redis-conflicts",
      title: "How often Sluice had to decide one of these commands again",
      unit: "% of commands",
      better: "lower",
      base: "",
      ratio: "it ÷ base",
      lanes: [{ id: "sluice", name: "Sluice", rounds: [conflicts.percent] }],
    },
  ];
};

const BYTES_EACH = 10;

/** The growth of `used_memory` by a command, its stream and its name in the order of all included. */
const bytes = async (bench: Bench, lanes: ReadonlyArray<CartLane>): Promise<Measured> => {
  const count = bench.sizes.memory;
  const measuredLanes: Array<Measured["lanes"][number]> = [];
  for (const { id, name, open: openLane } of lanes) {
    bench.progress(`sourcing-redis-bytes: ${id}`);
    await bench.redis.clear();
    const carts = await openLane();
    const send = (from: number, upTo: number): Promise<void> =>
      concurrently(
        Array.from({ length: upTo - from }, (_, index) => from + index),
        BYTES_EACH,
        (index) => carts.handle(`c-${Math.floor(index / BYTES_EACH)}`, addItem(index), `command-${index}`),
      );
    // The first ones pay for what a namespace costs once: its keys, scripts and the buffers of connections.
    await send(0, count / 10);
    const before = await usedBytes(bench.redis.admin);
    await send(count / 10, count + count / 10);
    const after = await usedBytes(bench.redis.admin);
    await carts.close();
    measuredLanes.push({ id, name, rounds: [(after - before) / count] });
  }
  await bench.redis.clear();
  return {
    id: "sourcing-redis-bytes",
    title: `Redis memory of a command with one event of ${EVENT_BYTES} bytes, ${BYTES_EACH} to an aggregate`,
    unit: "bytes",
    better: "lower",
    base: "ids",
    ratio: "base ÷ it",
    lanes: measuredLanes,
  };
};

const EVENT_BYTES = Buffer.byteLength(JSON.stringify({ ...addItem(0), type: "ItemAdded" }));

const ABOUT = { prefix: "sourcing-redis", title: ", on Redis", base: "ids" } as const;

export const onRedis = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { url } = bench.redis;
  const lanes = taking(bench, [
    { peer: "sluice", id: "ids", name: "Sluice, each with a command id", open: () => open({ url, ids: true }) },
    { peer: "sluice", id: "sluice", name: "Sluice, without ids", open: () => open({ url, ids: false }) },
    { peer: "bare", id: "bare", name: "bare ioredis", open: () => bareCarts(url) },
  ]);
  return [...(await tablesOf(bench, lanes, SHAPES, ABOUT)), ...(await contention(bench)), await bytes(bench, lanes)];
};
