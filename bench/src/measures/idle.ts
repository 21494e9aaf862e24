/**
 * What idle consumers cost: the sockets of this process on the server, the connections that it opens while nothing happens,
 * and the time that both sides spend. One run, of several spans: a compiler or a collector that works in one of them is not
 * what waiting costs.
 */
import * as t from "io-ts";
import type { Redis } from "ioredis";
import { handle, queue, settle } from "sluice";
import { redisStore } from "sluice/redis";
import type { Bench, Measured } from "../bench.js";
import { sleep } from "../concurrently.js";

const CONSUMERS = 1_000;
/** On so many queues; on none there are none: what the measure itself costs. */
const QUEUES = [1_000, 10, 1, 0] as const;
/** Until everybody has found nothing for a while. */
const SETTLING_MS = 6_000;
const SPAN_MS = 4_000;
const SPANS = 5;
/** The name of the measured connections on the server. */
const NAME = "idle";

/** Of one span. */
interface Span {
  readonly sockets: number;
  readonly connects: number;
  readonly client: number;
  readonly server: number;
}

interface Idle {
  readonly queues: number;
  readonly spans: ReadonlyArray<Span>;
}

const info = async (admin: Redis, section: string, names: ReadonlyArray<string>): Promise<number> => {
  const text = await admin.info(section);
  return names.reduce((sum, name) => sum + Number(new RegExp(`${name}:(\\S+)`).exec(text)?.[1]), 0);
};

const look = async (admin: Redis) => ({
  connects: await info(admin, "stats", ["total_connections_received"]),
  serverSeconds: await info(admin, "cpu", ["used_cpu_user", "used_cpu_sys"]),
  client: process.cpuUsage(),
  atMs: performance.now(),
});

const watch = async (admin: Redis): Promise<Span> => {
  const before = await look(admin);
  await sleep(SPAN_MS);
  const after = await look(admin);
  const sockets = String(await admin.client("LIST")).split(`name=${NAME} `).length - 1;
  const seconds = (after.atMs - before.atMs) / 1_000;
  const percentOf = (usedSeconds: number): number => (usedSeconds * 100) / seconds;
  const { user, system } = after.client;
  return {
    sockets,
    connects: (after.connects - before.connects) / seconds,
    client: percentOf((user + system - before.client.user - before.client.system) / 1_000_000),
    server: percentOf(after.serverSeconds - before.serverSeconds),
  };
};

const measure = async ({ redis: { url, admin, clear } }: Bench, queues: number): Promise<Idle> => {
  await clear();
  const { hostname, port } = new URL(url);
  const store = redisStore({ host: hostname, port: Number(port), connectionName: NAME }, { namespace: "bench" });
  let handled = 0;
  const faces = Array.from({ length: queues }, (_, i) => queue(store, { name: `idle-${i}`, codec: t.number }));
  const subscriptions = Array.from({ length: CONSUMERS }, (_, i) =>
    faces[i % queues]
      ?.messages()
      .pipe(
        handle(async () => (handled += 1)),
        settle(),
      )
      .subscribe(),
  );
  await sleep(SETTLING_MS);
  globalThis.gc?.();
  const spans: Span[] = [];
  for (let span = 0; span < SPANS; span += 1) spans.push(await watch(admin));

  // They are idle, not deaf.
  await Promise.all(faces.map((face) => face.enqueue(1)));
  for (let tries = 0; handled < queues && tries < 500; tries += 1) await sleep(10);
  if (handled !== queues) throw new Error(`${handled} of ${queues} messages reached an idle consumer`);
  for (const subscription of subscriptions) subscription?.unsubscribe();
  await store.close();
  await clear();
  return { queues, spans };
};

const nameOf = (queues: number): string => {
  if (queues === 0) return "no consumers";
  return queues === 1 ? "on one queue" : `on ${queues.toLocaleString("en")} queues`;
};

export const idle = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const results: Idle[] = [];
  for (const queues of QUEUES) {
    bench.progress(`idle: ${CONSUMERS} consumers on ${queues} queues`);
    results.push(await measure(bench, queues));
  }
  const table = (id: string, what: string, unit: Measured["unit"], figure: keyof Span): Measured => ({
    id,
    title: `${CONSUMERS.toLocaleString("en")} idle consumers: ${what}`,
    unit,
    better: "lower",
    base: "",
    ratio: "it ÷ base",
    lanes: results.map(({ queues, spans }) => ({
      id: `queues-${queues}`,
      name: nameOf(queues),
      rounds: spans.map((span) => span[figure]),
    })),
  });
  return [
    table("idle-sockets", "sockets", "sockets", "sockets"),
    table("idle-connects", "new connections", "connections/s", "connects"),
    table("idle-client", "time of the client", "% of a core", "client"),
    table("idle-server", "time of the server", "% of a core", "server"),
  ];
};
