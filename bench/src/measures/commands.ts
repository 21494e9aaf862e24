/** Commands to aggregates, a second: one after the other, many in flight, and many callers at one aggregate. */
import { memoryStore } from "sluice/memory";
import { type Bench, type Measured, rate, timed } from "../bench.js";
import { addItem, quantityIn } from "../cart.js";
import { concurrently } from "../concurrently.js";
import type { CartLane } from "../contestants/carts.js";
import { sluiceCarts } from "../contestants/sluiceCarts.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";

const IN_FLIGHT = 64;
export const CALLERS = 20;
/** Commands of one aggregate, where those of one are done before those of the next. */
const EACH = 200;
/** So many commands go to one store, then to a new one: what a store in memory costs may grow with all that is in it. */
const STORE_COUNT = 10_000;

interface Sent {
  readonly id: string;
  readonly index: number;
}

/** One way to send so many commands. */
export interface Shape {
  readonly id: string;
  readonly title: string;
  /** How many aggregates get so many commands. */
  readonly aggregates: (count: number) => number;
  readonly send: (
    handle: (sent: Sent) => PromiseLike<unknown>,
    ids: ReadonlyArray<string>,
    each: number,
  ) => Promise<void>;
}

const eachOf = (id: string, each: number): ReadonlyArray<Sent> =>
  Array.from({ length: each }, (_, index) => ({ id, index }));

/** So many in flight; a command to each aggregate, then the next one to each. */
const spread: Shape["send"] = (handle, ids, each) =>
  concurrently(Array.from({ length: each }, (_, index) => ids.map((id) => ({ id, index }))).flat(), IN_FLIGHT, handle);

export const SHAPES: ReadonlyArray<Shape> = [
  {
    id: "1",
    title: `Commands one awaited after the other, ${EACH} to an aggregate, then to the next`,
    aggregates: (count) => Math.ceil(count / EACH),
    send: async (handle, ids, each) => {
      for (const id of ids) await concurrently(eachOf(id, each), 1, handle);
    },
  },
  {
    id: "50",
    title: `Commands to 50 aggregates, ${IN_FLIGHT} in flight`,
    aggregates: () => 50,
    send: spread,
  },
  {
    id: "many",
    title: `Commands, ten to each of a thousand aggregates, ${IN_FLIGHT} in flight`,
    aggregates: (count) => Math.ceil(count / 10),
    send: spread,
  },
];

/** Each caller sends its own, one awaited after the other. */
export const contended = (title: string): Shape => ({
  id: "contended",
  title,
  aggregates: (count) => Math.ceil(count / EACH),
  send: async (handle, ids, each) => {
    for (const id of ids) {
      const callers = Array.from({ length: CALLERS }, (_, caller) =>
        eachOf(id, each).filter(({ index }) => index % CALLERS === caller),
      );
      await Promise.all(callers.map((own) => concurrently(own, 1, handle)));
    }
  },
});

/** Sends all commands of a run, and fails where one was not done, or twice. */
const run = async (
  bench: Bench,
  { id: laneId, open }: CartLane,
  shape: Shape,
): Promise<Readonly<Record<string, number>>> => {
  const { commands } = bench.sizes;
  let ms = 0;
  for (let sent = 0; sent < commands; sent += STORE_COUNT) {
    const count = Math.min(STORE_COUNT, commands - sent);
    const aggregates = shape.aggregates(count);
    const ids = Array.from({ length: aggregates }, (_, index) => `c-${index}`);
    await bench.redis.clear();
    const carts = await open();
    const handle = ({ id, index }: Sent): PromiseLike<unknown> => carts.handle(id, addItem(index), `${id}-${index}`);
    ms += await timed(() => shape.send(handle, ids, count / aggregates));
    let done = 0;
    for (const id of ids) done += quantityIn(await carts.load(id));
    await carts.close();
    if (done !== count) throw new Error(`${laneId} has done ${done} commands of ${count}`);
  }
  return { rate: rate(commands, ms) };
};

const PER_SECOND = { unit: "commands/s", better: "higher", ratio: "base ÷ it" } as const;

export interface About {
  readonly prefix: string;
  readonly title: string;
  readonly base: string;
}

const tableOf = async (bench: Bench, lanes: ReadonlyArray<CartLane>, shape: Shape, about: About): Promise<Measured> => {
  const id = `${about.prefix}-${shape.id}`;
  const figures = await interleave(
    bench,
    id,
    warmUpsOf(bench, bench.sizes.commands),
    lanes.map((lane) => ({ id: lane.id, run: () => run(bench, lane, shape) })),
  );
  return measured(figures, "rate", lanes, {
    ...PER_SECOND,
    id,
    title: `${shape.title}${about.title}`,
    base: about.base,
  });
};

export const tablesOf = async (
  bench: Bench,
  lanes: ReadonlyArray<CartLane>,
  shapes: ReadonlyArray<Shape>,
  about: About,
): Promise<ReadonlyArray<Measured>> => {
  const tables: Array<Measured> = [];
  for (const shape of shapes) tables.push(await tableOf(bench, lanes, shape, about));
  return tables;
};

/** Those lanes whose library takes part. */
export const taking = (bench: Bench, lanes: ReadonlyArray<CartLane & { readonly peer: Bench["peers"][number] }>) =>
  lanes.filter(({ peer }) => bench.peers.includes(peer));

export const inMemory = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const lanes = taking(bench, [
    { peer: "sluice", id: "sluice", name: "Sluice", open: async () => sluiceCarts(memoryStore(), false) },
    {
      peer: "sluice",
      id: "ids",
      name: "Sluice, each with a command id",
      open: async () => sluiceCarts(memoryStore(), true),
    },
    {
      peer: "emmett",
      id: "emmett",
      name: "Emmett",
      open: async () => (await import("../contestants/emmettCarts.js")).emmettCarts(),
    },
  ]);
  return tablesOf(
    bench,
    lanes,
    [...SHAPES, contended(`Commands of ${CALLERS} callers at once to one aggregate, then to the next`)],
    {
      prefix: "sourcing",
      title: ", in memory",
      base: "sluice",
    },
  );
};
