/** Queues on Postgres, beside a bare loop, graphile-worker and pg-boss. */
import { type Bench, type Measured, PER_SECOND, rate, timed } from "../bench.js";
import { concurrently } from "../concurrently.js";
import type { Session } from "../contestants/contestant.js";
import { ordersFrom } from "../payload.js";
import { BULK, type Contestant, type ContestantId, type OpenOptions, PREFETCH } from "../postgres/Contestant.js";
import { load } from "../postgres/index.js";
import { type PostgresServer, startPostgres } from "../postgres/server.js";
import { interleave, type Lane, warmUpsOf } from "../rounds.js";
import { drain } from "./consume.js";
import { latencies } from "./latency.js";
import { measured } from "./measured.js";

interface Scene {
  readonly bench: Bench;
  readonly server: PostgresServer;
  readonly contestants: ReadonlyArray<Contestant>;
}

const KEYS = 1_000;
/** By so much a commit is slower (milliseconds), as on another disk, or where a replica must have it. */
const SLOWER_MS = 2;

interface LaneOptions extends Omit<OpenOptions, "url"> {
  /** Whether each commit is slower. */
  readonly slow?: boolean;
}

const slower = (url: string): string => {
  const slow = new URL(url);
  slow.searchParams.set("options", `-c commit_delay=${SLOWER_MS * 1_000} -c commit_siblings=0`);
  return slow.href;
};

/** A session in a database that nobody has used. */
const inFreshDatabase = async <A>(
  server: PostgresServer,
  { open }: Pick<Contestant, "open">,
  use: (session: Session) => Promise<A>,
  { slow = false, ...options }: LaneOptions = {},
): Promise<A> => {
  const url = await server.fresh();
  const session = await open({ url: slow ? slower(url) : url, ...options });
  try {
    return await use(session);
  } finally {
    await session.close();
  }
};

/** One that takes jobs one by one is given so many fewer, since a round of all would take minutes. */
const shareOf = (id: ContestantId): number => (id === "graphile" ? 0.1 : 1);

const drains = async ({ bench, server, contestants }: Scene): Promise<ReadonlyArray<Measured>> => {
  const total = bench.sizes.postgres.toLocaleString("en");
  const laneOf = (id: string, contestant: Contestant, options: LaneOptions = {}): Lane => ({
    id,
    run: () =>
      inFreshDatabase(
        server,
        contestant,
        async (session) => {
          const count = Math.round(bench.sizes.postgres * shareOf(contestant.id));
          const orders = ordersFrom(0, count);
          const bulkMs = await timed(() => session.enqueueBulk(orders));
          globalThis.gc?.();
          return { bulk: rate(count, bulkMs), drain: rate(count, await drain(session, count)) };
        },
        options,
      ),
  });
  const keyed = contestants.filter(({ id }) => id === "sluice");
  const lanes = [
    ...contestants.map((contestant) => laneOf(contestant.id, contestant)),
    ...keyed.map((contestant) => laneOf("keyed", contestant, { key: ({ n }) => `k${n % KEYS}` })),
  ];
  const figures = await interleave(bench, "postgres", warmUpsOf(bench, bench.sizes.postgres), lanes);
  const named = [
    ...contestants.map(({ id, name }) => ({ id, name: id === "sluice" ? `${name}, prefetch ${PREFETCH}` : name })),
    ...keyed.map(({ name }) => ({ id: "keyed", name: `${name}, of ${KEYS.toLocaleString("en")} keys` })),
  ];
  const steady = contestants.filter(({ id }) => id === "sluice" || id === "bare");
  const slowly = await interleave(
    bench,
    "postgres-slow",
    1,
    steady.map((contestant) => laneOf(contestant.id, contestant, { slow: true })),
  );
  return [
    measured(figures, "drain", named, {
      id: "postgres-drain",
      title: `Postgres: drain ${total} messages, promise handler`,
      ...PER_SECOND,
    }),
    measured(figures, "bulk", named, {
      id: "postgres-bulk",
      title: `Postgres: enqueue in chunks of ${BULK.toLocaleString("en")}, one awaited after the other`,
      ...PER_SECOND,
    }),
    measured(slowly, "drain", steady, {
      id: "postgres-slow",
      title: `Postgres: drain ${total} messages, where a commit takes ${SLOWER_MS} ms longer`,
      ...PER_SECOND,
    }),
  ];
};

const IN_FLIGHT = [1, 16, 100];

const enqueues = async ({ bench, server, contestants }: Scene): Promise<ReadonlyArray<Measured>> => {
  // A batch of the consumer changes nothing for a producer.
  const producers = contestants.filter(({ id }) => id !== "graphile-batch");
  const { oneByOne } = bench.sizes;
  const lanes = producers.map((contestant) => ({
    id: contestant.id,
    run: () =>
      inFreshDatabase(server, contestant, async (session) => {
        const found: Record<string, number> = {};
        let first = 0;
        for (const inFlight of IN_FLIGHT) {
          const orders = ordersFrom(first, inFlight === 1 ? oneByOne / 2 : oneByOne);
          first += orders.length;
          found[inFlight] = rate(
            orders.length,
            await timed(() => concurrently(orders, inFlight, (order) => session.enqueue(order))),
          );
        }
        return found;
      }),
  }));
  const figures = await interleave(bench, "postgres-enqueue", 1, lanes);
  return IN_FLIGHT.map((inFlight) =>
    measured(figures, String(inFlight), producers, {
      id: `postgres-enqueue-${inFlight}`,
      title:
        inFlight === 1 ? "Postgres: enqueue, one awaited after the other" : `Postgres: enqueue, ${inFlight} in flight`,
      ...PER_SECOND,
    }),
  );
};

export const onPostgres = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const server = await startPostgres();
  try {
    const scene = { bench, server, contestants: await load(bench.peers) };
    // pg-boss polls, and would be a hundred times the others.
    const prompt = scene.contestants.filter(({ id }) => id !== "boss" && id !== "graphile-batch");
    return [
      ...(await drains(scene)),
      ...(await enqueues(scene)),
      ...(await latencies(bench, {
        id: "postgres-latency",
        title: "Postgres: idle latency to the handler",
        entrants: prompt.map(({ id, name, open }) => ({
          id,
          name,
          open: async () => open({ url: await server.fresh(id.replaceAll("-", "_")) }),
        })),
      })),
    ];
  } finally {
    await server.stop();
  }
};
