/** A hub on Redis: emits of one and of five dispatches, dispatches beside a plain queue with the same handlers, and pages. */
import { setTimeout as sleep } from "node:timers/promises";
import { handle, queue, settle } from "sluice";
import { Complete, defineRoutes, type Hub, hub } from "sluice/hub";
import { redisStore } from "sluice/redis";
import type { Store } from "sluice/store";
import { type Bench, type Measured, rate, timed, withDeadline } from "../bench.js";
import { chunksOf, concurrently } from "../concurrently.js";
import { OrderCodec } from "../contestants/sluice.js";
import { type Order, ordersFrom } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";

const IN_FLIGHT = 64;
const CONCURRENCY = 100;
const HANDLER_MS = 5;
/** So many events are emitted at once where that is not measured. */
const CHUNK = 200;
const PAGE = 50;
const PAGES = 100;

type Work = () => Promise<unknown>;
const nothing: Work = async () => undefined;
const pausing: Work = () => sleep(HANDLER_MS);

const hubOn = (store: Store, destinations: number, work: Work): Hub<Order, string> => {
  const names = Array.from({ length: destinations }, (_, n) => `D${n}`);
  return hub<string, Order>(store, {
    name: "bench",
    codec: OrderCodec,
    routes: defineRoutes({
      routes: names.map((destination) => ({ condition: { path: "$.n", gte: 0 }, destination })),
    }),
    destinations: Object.fromEntries(
      names.map((name) => [name, async () => ((await work()) === null ? "ignored" : Complete)] as const),
    ),
  });
};

/** On a store of its own, in an empty Redis. */
const onStore = async <A>(bench: Bench, run: (store: Store) => Promise<A>): Promise<A> => {
  await bench.redis.clear();
  const store = redisStore(bench.redis.url, { namespace: "bench" });
  try {
    return await run(store);
  } finally {
    await store.close();
  }
};

const emitting = (bench: Bench, routes: number): Promise<number> =>
  onStore(bench, async (store) => {
    const orders = ordersFrom(0, bench.sizes.commands);
    const into = hubOn(store, routes, nothing);
    await into.emit([]);
    const elapsedMs = await timed(() => concurrently(orders, IN_FLIGHT, (order) => into.emit([order])));
    return rate(orders.length, elapsedMs);
  });

/** Until so many were told. */
const until = (count: number, start: (told: () => void, failed: (cause: unknown) => void) => () => void) =>
  new Promise<void>((resolve, reject) => {
    let left = count;
    const stop = start(
      () => {
        left -= 1;
        if (left > 0) return;
        setImmediate(() => stop());
        resolve();
      },
      (cause) => reject(cause instanceof Error ? cause : new Error(String(cause))),
    );
  });

const dispatching = (bench: Bench, work: Work): Promise<number> =>
  onStore(bench, async (store) => {
    const orders = ordersFrom(0, bench.sizes.commands);
    const from = hubOn(store, 1, work);
    for (const chunk of chunksOf(orders, CHUNK)) await from.emit(chunk);
    globalThis.gc?.();
    const told = until(orders.length, (next, error) => {
      const subscription = from.run({ concurrency: CONCURRENCY }).subscribe({ next, error });
      return () => subscription.unsubscribe();
    });
    const elapsedMs = await timed(() => withDeadline(told, () => "dispatches"));
    const { complete } = (await from.counts())["D0"] ?? { complete: 0 };
    if (complete !== orders.length) throw new Error(`${complete} of ${orders.length} dispatches are complete`);
    return rate(orders.length, elapsedMs);
  });

const queueing = (bench: Bench, work: Work): Promise<number> =>
  onStore(bench, async (store) => {
    const orders = ordersFrom(0, bench.sizes.commands);
    const from = queue(store, { name: "bench", codec: OrderCodec });
    for (const chunk of chunksOf(orders, CHUNK)) await from.enqueueAll(chunk);
    globalThis.gc?.();
    const told = until(orders.length, (next, error) => {
      const subscription = from
        .messages()
        .pipe(handle(work, { concurrency: CONCURRENCY }), settle())
        .subscribe({ next, error });
      return () => subscription.unsubscribe();
    });
    return rate(orders.length, await timed(() => withDeadline(told, () => "messages")));
  });

const EMITS = [
  { id: "1", name: "one dispatch an event", routes: 1 },
  { id: "5", name: "five dispatches an event", routes: 5 },
] as const;

const DISPATCHES = [
  { id: "hub", name: "Hub", run: dispatching },
  { id: "queue", name: "Plain queue", run: queueing },
] as const;

const HANDLERS = [
  { id: "nothing", title: "handlers that do nothing", work: nothing },
  { id: "pausing", title: `handlers of ${HANDLER_MS} ms`, work: pausing },
] as const;

export const dispatches = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const warmUps = warmUpsOf(bench, bench.sizes.commands);
  const emits = await interleave(
    bench,
    "emit",
    warmUps,
    EMITS.map(({ id, routes }) => ({ id, run: async () => ({ rate: await emitting(bench, routes) }) })),
  );
  const tables: Array<Measured> = [
    measured(emits, "rate", EMITS, {
      id: "hub-emit",
      title: `Hub: emits, ${IN_FLIGHT} in flight`,
      unit: "events/s",
      better: "higher",
      base: "1",
      ratio: "it ÷ base",
    }),
  ];
  for (const { id, title, work } of HANDLERS) {
    const figures = await interleave(
      bench,
      `dispatch, ${title}`,
      warmUps,
      DISPATCHES.map((lane) => ({ id: lane.id, run: async () => ({ rate: await lane.run(bench, work) }) })),
    );
    tables.push(
      measured(figures, "rate", DISPATCHES, {
        id: `hub-dispatch-${id}`,
        title: `Hub: dispatches, ${title}, ${CONCURRENCY} at a time`,
        unit: "messages/s",
        better: "higher",
        base: "queue",
        ratio: "it ÷ base",
      }),
    );
  }
  return tables;
};

/** A page of the middle of all dispatches, among few and among many. */
export const dispatchPages = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { backlogLow, backlogHigh } = bench.sizes;
  return onStore(bench, async (store) => {
    const of = hubOn(store, 1, nothing);
    const fill = async (from: number, upTo: number): Promise<void> => {
      await concurrently(chunksOf(ordersFrom(from, upTo - from), CHUNK), 2, (chunk) => of.emit(chunk));
    };
    const round = async (): Promise<number> => {
      const first = await of.listDispatches({ limit: PAGE });
      let after = first.next;
      const ms = await timed(async () => {
        for (let n = 0; n < PAGES; n += 1) {
          const page = await of.listDispatches({ limit: PAGE, after });
          after = page.next ?? first.next;
        }
      });
      return ms / PAGES;
    };
    const low: Array<number> = [];
    const high: Array<number> = [];
    await fill(0, backlogLow);
    await round();
    for (let n = 0; n < bench.rounds; n += 1) low.push(await round());
    bench.progress(`hub: ${backlogHigh} dispatches are stored`);
    await fill(backlogLow, backlogHigh);
    for (let n = 0; n < bench.rounds; n += 1) high.push(await round());
    await bench.redis.clear();
    return [
      {
        id: "hub-page",
        title: `Hub: a page of ${PAGE} dispatches`,
        unit: "ms",
        better: "lower",
        base: "low",
        ratio: "it ÷ base",
        lanes: [
          { id: "low", name: `among ${backlogLow.toLocaleString("en")}`, rounds: low },
          { id: "high", name: `among ${backlogHigh.toLocaleString("en")}`, rounds: high },
        ],
      },
    ];
  });
};
