/** The log on Redis, beside a log by hand: appends of commands, reading all events, their bytes, and what a million events change. */
import * as t from "io-ts";
import { count, filter, lastValueFrom, takeWhile } from "rxjs";
import { atomically } from "sluice";
import { eventLog, eventType } from "sluice/log";
import { records } from "sluice/records";
import { redisStore } from "sluice/redis";
import { type Bench, type Measured, rate, timed } from "../bench.js";
import { concurrently } from "../concurrently.js";
import { BareLog } from "../contestants/bareLog.js";
import { OrderCodec } from "../contestants/sluice.js";
import { indexOf, type Order, ordersFrom, PAYLOAD_BYTES } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";
import { usedBytes } from "./memory.js";

const STREAMS = 2_000;
const IN_FLIGHT = 64;
const CHUNK = 1_000;

/** What both sides can do. */
interface Log {
  /** A command that appends one event to a stream that must be at this version, once, however often it is sent. */
  readonly append: (stream: string, version: number, order: Order) => PromiseLike<unknown>;
  readonly readAll: () => Promise<number>;
  readonly close: () => PromiseLike<unknown>;
}

const openSluice = (url: string) => {
  const store = redisStore(url, { namespace: "bench" });
  const log = eventLog(store, eventType("OrderPlaced", OrderCodec));
  const commands = records(store, { name: "commands", codec: t.number, ttlMs: 3_600_000 });
  return { store, log, commands };
};

const sluiceLog = async ({ redis }: Bench): Promise<Log> => {
  const { store, log, commands } = openSluice(redis.url);
  await store.ready();
  return {
    append: (stream, version, order) =>
      atomically([commands.insert(String(order.n), version), log.append(stream, [order], { expected: { version } })]),
    readAll: () =>
      lastValueFrom(
        log.feed({ pageSizeMax: CHUNK }).pipe(
          takeWhile(({ _tag }) => _tag !== "CaughtUp"),
          filter(({ _tag }) => _tag === "Event"),
          count(),
        ),
      ),
    close: () => store.close(),
  };
};

const bareLog = async (url: string): Promise<Log> => {
  const log = await new BareLog(url).open();
  return {
    append: (stream, version, order) => log.append({ stream, version, commandId: String(order.n), data: order }),
    readAll: () => log.readAll(),
    close: () => log.close(),
  };
};

const kinds = [
  { id: "sluice", name: "Sluice", open: sluiceLog },
  { id: "bare", name: "bare ioredis", open: ({ redis }: Bench): Promise<Log> => bareLog(redis.url) },
] as const;

const streamOf = (index: number): string => `orders/${index % STREAMS}`;
const versionOf = (index: number): number => Math.floor(index / STREAMS);

/** Appends orders, each to its stream, so many at a time. */
const appendAll = (log: Log, orders: ReadonlyArray<Order>, inFlight: number): Promise<void> =>
  concurrently(orders, inFlight, (order) => {
    const index = indexOf(order);
    return log.append(streamOf(index), versionOf(index), order);
  });

const PER_SECOND = { unit: "events/s", better: "higher", base: "sluice", ratio: "base ÷ it" } as const;

const appends = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { inFlight, oneByOne } = bench.sizes;
  const orders = ordersFrom(0, inFlight + oneByOne);
  const [many, few] = [orders.slice(0, inFlight), orders.slice(inFlight)];
  const lanes = kinds.map(({ id, open }) => ({
    id,
    run: async () => {
      await bench.redis.clear();
      const log = await open(bench);
      const manyMs = await timed(() => appendAll(log, many, IN_FLIGHT));
      const fewMs = await timed(() => appendAll(log, few, 1));
      let found = 0;
      const readMs = await timed(async () => {
        found = await log.readAll();
      });
      await log.close();
      if (found !== orders.length) throw new Error(`${id} read ${found} events of ${orders.length}`);
      return { many: rate(many.length, manyMs), few: rate(few.length, fewMs), read: rate(found, readMs) };
    },
  }));
  const figures = await interleave(bench, "log", warmUpsOf(bench, orders.length), lanes);
  return [
    measured(figures, "many", kinds, {
      id: "log-append",
      title: `Commands of one event, ${IN_FLIGHT} in flight, each once however often it is sent`,
      ...PER_SECOND,
    }),
    measured(figures, "few", kinds, {
      id: "log-append-1",
      title: "The same, one awaited after the other",
      ...PER_SECOND,
    }),
    measured(figures, "read", kinds, {
      id: "log-catch-up",
      title: "All events read in their order, in pages of 1,000",
      ...PER_SECOND,
    }),
  ];
};

/** The rate of appends among few and among many stored events, and the bytes of one. */
const growth = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { backlogLow, backlogHigh, inFlight } = bench.sizes;
  await bench.redis.clear();
  const { store, log } = openSluice(bench.redis.url);
  const fill = async (from: number, upTo: number): Promise<void> => {
    for (let at = from; at < upTo; at += CHUNK)
      await log.append(`filled/${at / CHUNK}`, ordersFrom(at, Math.min(CHUNK, upTo - at)));
  };
  const round = async (name: string): Promise<number> => {
    const orders = ordersFrom(0, inFlight);
    const ms = await timed(() =>
      concurrently(orders, IN_FLIGHT, (order) => log.append(`${name}/${indexOf(order) % STREAMS}`, [order])),
    );
    return rate(inFlight, ms);
  };
  await round("warm-up");
  const low: number[] = [];
  const high: number[] = [];
  await fill(0, backlogLow);
  for (let n = 0; n < bench.rounds; n += 1) low.push(await round(`low-${n}`));
  const before = await usedBytes(bench.redis.admin);
  bench.progress(`log: ${backlogHigh} events are stored`);
  await fill(backlogLow, backlogHigh);
  const bytes = ((await usedBytes(bench.redis.admin)) - before) / (backlogHigh - backlogLow);
  for (let n = 0; n < bench.rounds; n += 1) high.push(await round(`high-${n}`));
  await store.close();
  await bench.redis.clear();
  return [
    {
      ...PER_SECOND,
      id: "log-growth",
      title: `Appends, ${IN_FLIGHT} in flight, among stored events`,
      base: "low",
      ratio: "it ÷ base",
      lanes: [
        { id: "low", name: `${backlogLow.toLocaleString("en")} and more`, rounds: low },
        { id: "high", name: `${backlogHigh.toLocaleString("en")} and more`, rounds: high },
      ],
    },
    {
      id: "log-bytes",
      title: `Redis memory of an event of ${PAYLOAD_BYTES} bytes, in streams of ${CHUNK}`,
      unit: "bytes",
      better: "lower",
      base: "",
      ratio: "it ÷ base",
      lanes: [{ id: "sluice", name: "Sluice", rounds: [bytes] }],
    },
  ];
};

export const logs = async (bench: Bench): Promise<ReadonlyArray<Measured>> => [
  ...(await appends(bench)),
  ...(await growth(bench)),
];
