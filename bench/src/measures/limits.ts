/**
 * The limits of one Redis server, for Sluice alone: the bytes of a message in each state that it can be in, and the time of the
 * server for one message, which says at what rate its core is full.
 */
import { lastValueFrom, from as valuesOf } from "rxjs";
import { Block, type EnqueueOptions, enqueueTo, type Outcome, type Queue, queue, Reject, Retry } from "sluice";
import { redisStore } from "sluice/redis";
import { type Bench, type Measured, onFreshQueue } from "../bench.js";
import { BATCH } from "../contestants/contestant.js";
import { OrderCodec, sluice } from "../contestants/sluice.js";
import { type Order, ordersFrom, PAYLOAD_BYTES } from "../payload.js";
import { drain } from "./consume.js";
import { usedBytes } from "./memory.js";
import { serverMicroseconds } from "./serverMicroseconds.js";

const HOUR_MS = 3_600_000;
const RECEIVED_MAX = 1_000;

/** One state of a message, and how messages come into it. */
interface State {
  readonly id: string;
  readonly name: string;
  readonly enqueue?: (order: Order) => EnqueueOptions;
  /** What becomes of them when they are leased; "leased" leaves them so. Without it nobody leases them. */
  readonly fate?: Outcome | "leased";
}

const cause = "the address is unknown";
/** As long as a UUID. */
const idOf = ({ n }: Order): string => String(n).padStart(36, "0");

const STATES: ReadonlyArray<State> = [
  { id: "ready", name: "ready" },
  { id: "ready-keys", name: "ready, each with a key of its own", enqueue: ({ n }) => ({ key: `c-${n}` }) },
  { id: "waiting", name: "waiting behind the head of their key", enqueue: () => ({ key: "c-1" }) },
  { id: "delayed", name: "delayed", enqueue: () => ({ delayMs: HOUR_MS }) },
  { id: "expiring", name: "ready, with an expiresInMs", enqueue: () => ({ expiresInMs: HOUR_MS }) },
  { id: "dedupe", name: "ready, with a dedupe id of 36 bytes", enqueue: (order) => ({ dedupe: { id: idOf(order) } }) },
  { id: "leased", name: "leased", fate: "leased" },
  { id: "retried", name: "waiting for a retry", fate: Retry({ cause, delayMs: HOUR_MS }) },
  { id: "blocked", name: "blocked alone", fate: Block({ cause, scope: "key" }) },
  { id: "dead", name: "dead letters", fate: Reject({ cause }) },
];

/** Leases `count` messages and settles them, if the state wants it. */
const leaseAll = async (orders: Queue<Order>, count: number, fate: Outcome | "leased"): Promise<void> => {
  for (let left = count; left > 0; ) {
    const messages = await orders.receive({ max: Math.min(left, RECEIVED_MAX), waitMsMax: 1_000, leaseMs: HOUR_MS });
    if (messages.length === 0) throw new Error(`${left} of ${count} messages were not to be leased`);
    left -= messages.length;
    if (fate !== "leased") await Promise.all(messages.map((message) => message.settle(fate)));
  }
};

const bytesIn = async ({ redis, sizes }: Bench, { enqueue, fate }: State): Promise<number> => {
  await redis.clear();
  const store = redisStore(redis.url, { namespace: "bench" });
  const orders = queue(store, { name: "orders", codec: OrderCodec });
  const put = async (first: number, count: number): Promise<void> => {
    await lastValueFrom(
      valuesOf(ordersFrom(first, count)).pipe(enqueueTo(orders, { sizeMax: BATCH, options: enqueue })),
    );
    if (fate !== undefined) await leaseAll(orders, count, fate);
  };
  // A first chunk pays for what a queue costs once: its keys, its scripts and the buffers of connections.
  await put(0, BATCH);
  const before = await usedBytes(redis.admin);
  await put(BATCH, sizes.memory);
  const after = await usedBytes(redis.admin);
  await store.close();
  await redis.clear();
  return (after - before) / sizes.memory;
};

/** Microseconds of the server for one message of each work. */
interface Spent {
  readonly bulk: number;
  readonly drained: number;
  readonly single: number;
  readonly inOrder: number;
}

const spend = async (bench: Bench): Promise<Spent> => {
  const { admin } = bench.redis;
  const each = async (count: number, work: () => Promise<unknown>): Promise<number> => {
    const before = await serverMicroseconds(admin);
    await work();
    return ((await serverMicroseconds(admin)) - before) / count;
  };
  const { drain: many, oneByOne, inOrder } = bench.sizes;
  const [bulk, drained] = await onFreshQueue(
    bench,
    sluice,
    async (session) => [
      await each(many, () => session.enqueueBulk(ordersFrom(0, many))),
      await each(many, () => drain(session, many)),
    ],
    { inHand: 400 },
  );
  const single = await onFreshQueue(bench, sluice, (session) =>
    each(oneByOne, async () => {
      for (const order of ordersFrom(0, oneByOne)) await session.enqueue(order);
    }),
  );
  const keyed = await onFreshQueue(
    bench,
    sluice,
    async (session) => {
      await session.enqueueBulk(ordersFrom(0, inOrder));
      return each(inOrder, () => drain(session, inOrder));
    },
    { inHand: "default", inOrder: true },
  );
  return { bulk: bulk ?? Number.NaN, drained: drained ?? Number.NaN, single, inOrder: keyed };
};

export const limits = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const states: Array<Measured["lanes"][number]> = [];
  for (const state of STATES) {
    bench.progress(`limits: ${state.name}`);
    states.push({ id: state.id, name: state.name, rounds: [await bytesIn(bench, state)] });
  }
  const spent: Spent[] = [];
  for (let round = 0; round <= bench.rounds; round += 1) {
    bench.progress(`limits: time of the server, round ${round} of ${bench.rounds}${round === 0 ? " (warm-up)" : ""}`);
    const figures = await spend(bench);
    if (round > 0) spent.push(figures);
  }
  const lane = (id: string, name: string, of: (figures: Spent) => number) => ({ id, name, rounds: spent.map(of) });
  const alone = { better: "lower", base: "", ratio: "it ÷ base" } as const;
  return [
    {
      ...alone,
      id: "limits-bytes",
      title: `Redis memory of a message by its state, payload of ${PAYLOAD_BYTES} bytes`,
      unit: "bytes",
      lanes: states,
    },
    {
      ...alone,
      id: "limits-server",
      title: "Time of the server for one message",
      unit: "µs",
      lanes: [
        lane("bulk", "enqueued in chunks of 200", ({ bulk }) => bulk),
        lane("drained", "leased and acked, prefetch 400", ({ drained }) => drained),
        lane("single", "enqueued, one awaited after the other", ({ single }) => single),
        lane("in-order", "leased and acked, all of one key", ({ inOrder }) => inOrder),
      ],
    },
    {
      ...alone,
      id: "limits-capacity",
      title: "The rate at which the core of the server is full",
      unit: "messages/s",
      better: "higher",
      lanes: [
        lane("sluice", "enqueued in chunks, leased and acked", ({ bulk, drained }) => 1_000_000 / (bulk + drained)),
      ],
    },
  ];
};
