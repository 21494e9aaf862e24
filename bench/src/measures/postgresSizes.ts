/** What size changes on Postgres: a lease and the stats of a large queue, a crowd of leased messages in front, rows that a snapshot keeps. */
import pg from "pg";
import { type Queue, queue } from "sluice";
import { postgresStore } from "sluice/postgres";
import type { Bench, Measured } from "../bench.js";
import { OrderCodec } from "../contestants/sluice.js";
import { type Order, ordersFrom, PAYLOAD_BYTES } from "../payload.js";
import { BULK } from "../postgres/Contestant.js";
import { startPostgres } from "../postgres/server.js";
import { quantile } from "../statistics.js";

/** So many are leased by one call. */
const LEASED = 100;
const CALLS = 40;
const CROWD = 100_000;
const DEAD = 50_000;

const fill = async (orders: Queue<Order>, count: number): Promise<void> => {
  for (let at = 0; at < count; at += BULK) await orders.enqueueAll(ordersFrom(at % 1_000_000, BULK));
};

const timedMs = async (call: () => PromiseLike<unknown>): Promise<number> => {
  const times: number[] = [];
  for (let n = 0; n < CALLS; n += 1) {
    const startMs = performance.now();
    await call();
    times.push(performance.now() - startMs);
  }
  return quantile(times, 0.5);
};

/** The median time of a lease. What it gave is acked, beside the measured time. */
const leaseMs = async (orders: Queue<Order>): Promise<number> => {
  const times: number[] = [];
  for (let n = 0; n < CALLS; n += 1) {
    const startMs = performance.now();
    const messages = await orders.receive({ max: LEASED });
    times.push(performance.now() - startMs);
    if (messages.length !== LEASED) throw new Error(`a lease gave ${messages.length} messages of ${LEASED}`);
    await Promise.all(messages.map(({ ack }) => ack));
  }
  return quantile(times, 0.5);
};

interface Scene {
  readonly bench: Bench;
  readonly admin: pg.Client;
  readonly open: (name: string) => Queue<Order>;
}

const MS = { unit: "ms", better: "lower", ratio: "it ÷ base" } as const;
const table = (about: Pick<Measured, "id" | "title" | "base">, lanes: Measured["lanes"]): Measured => ({
  ...MS,
  ...about,
  lanes,
});

const large = async ({ bench, admin, open }: Scene): Promise<ReadonlyArray<Measured>> => {
  const { rounds, sizes } = bench;
  const orders = open("large");
  const [low, high] = [20_000, sizes.backlogHigh];
  await fill(orders, low);
  const lows: number[] = [];
  for (let round = 0; round < rounds; round += 1) lows.push(await leaseMs(orders));
  bench.progress(`postgres-sizes: ${high} messages are enqueued`);
  await fill(orders, high - low);
  const highs: number[] = [];
  const stats: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    highs.push(await leaseMs(orders));
    stats.push(await timedMs(() => orders.stats()));
  }
  const { rows } = await admin.query<{ readonly bytes: string }>(
    "select pg_total_relation_size('sluice.messages') as bytes",
  );
  const { ready } = await orders.stats();
  const name = (count: number): string => `${count.toLocaleString("en")} ready`;
  return [
    table({ id: "postgres-lease", title: `Postgres: a lease of ${LEASED}, by how many are ready`, base: "low" }, [
      { id: "low", name: name(low), rounds: lows },
      { id: "high", name: name(high), rounds: highs },
    ]),
    table({ id: "postgres-stats", title: "Postgres: stats of a queue", base: "" }, [
      { id: "high", name: name(high), rounds: stats },
    ]),
    {
      id: "postgres-bytes",
      title: `Postgres: table and indexes of a message of ${PAYLOAD_BYTES} bytes`,
      unit: "bytes",
      better: "lower",
      base: "",
      ratio: "it ÷ base",
      lanes: [{ id: "sluice", name: "Sluice", rounds: [Number(rows[0]?.bytes ?? 0) / ready] }],
    },
  ];
};

/** Another process has leased all that stands in front. */
const crowded = async ({ bench, open }: Scene, url: string): Promise<Measured> => {
  const free: number[] = [];
  const behind: number[] = [];
  const [alone, crowd] = [open("alone"), open("crowd")];
  const other = postgresStore(url);
  const others = queue(other, { name: "crowd", codec: OrderCodec, leaseMs: 3_600_000 });
  await fill(crowd, CROWD);
  for (let left = CROWD; left > 0; ) left -= (await others.receive({ max: BULK })).length;
  for (let round = 0; round < bench.rounds; round += 1) {
    await fill(alone, LEASED * CALLS);
    await fill(crowd, LEASED * CALLS);
    free.push(await leaseMs(alone));
    behind.push(await leaseMs(crowd));
  }
  await other.close();
  return table(
    { id: "postgres-crowd", title: `Postgres: a lease of ${LEASED}, by what stands in front`, base: "free" },
    [
      { id: "free", name: "nothing", rounds: free },
      { id: "crowd", name: `${CROWD.toLocaleString("en")} that are leased`, rounds: behind },
    ],
  );
};

/** A snapshot keeps the rows of all that was worked off meanwhile, so that no vacuum may remove them. */
const kept = async ({ bench, admin, open }: Scene): Promise<Measured> => {
  const free: number[] = [];
  const behind: number[] = [];
  for (let round = 0; round < bench.rounds; round += 1) {
    const orders = open(`kept-${round}`);
    await fill(orders, LEASED * CALLS);
    free.push(await leaseMs(orders));
    await admin.query("begin isolation level repeatable read; select count(*) from sluice.queues");
    await fill(orders, DEAD);
    for (let left = DEAD; left > 0; ) {
      const messages = await orders.receive({ max: BULK });
      await Promise.all(messages.map(({ ack }) => ack));
      left -= messages.length;
    }
    await fill(orders, LEASED * CALLS);
    behind.push(await leaseMs(orders));
    await admin.query("rollback");
  }
  return table({ id: "postgres-kept", title: `Postgres: a lease of ${LEASED} under a held snapshot`, base: "free" }, [
    { id: "free", name: "no snapshot", rounds: free },
    { id: "kept", name: `over ${DEAD.toLocaleString("en")} rows of messages that are gone`, rounds: behind },
  ]);
};

export const sizes = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const server = await startPostgres();
  const url = await server.fresh();
  const store = postgresStore(url);
  const admin = new pg.Client(url);
  await store.ready();
  await admin.connect();
  const open = (name: string): Queue<Order> => queue(store, { name, codec: OrderCodec });
  const scene: Scene = { bench, admin, open };
  try {
    return [await kept(scene), await crowded(scene, url), ...(await large(scene))];
  } finally {
    await store.close();
    await admin.end();
    await server.stop();
  }
};
