/** A backlog drained by acks alone, and with a record that is put along with each ack: the rate, and the time of the server. */
import { lastValueFrom, take, from as valuesOf } from "rxjs";
import { atomically, enqueueTo, followUp, handle, queue, settle, type Write } from "sluice";
import { records, sortOf } from "sluice/records";
import { redisStore } from "sluice/redis";
import { type Bench, type Measured, PER_SECOND, rate, timed } from "../bench.js";
import { BATCH } from "../contestants/contestant.js";
import { OrderCodec } from "../contestants/sluice.js";
import { type Order, ordersFrom } from "../payload.js";
import { interleave, warmUpsOf } from "../rounds.js";
import { measured } from "./measured.js";
import { serverMicroseconds } from "./serverMicroseconds.js";

const IN_HAND = 200;

const open = (url: string) => {
  const store = redisStore(url, { namespace: "bench" });
  return {
    store,
    orders: queue(store, { name: "orders", codec: OrderCodec }),
    /** Each stands in one place, by its note. */
    states: records(store, {
      name: "states",
      codec: OrderCodec,
      indexes: { byNote: ({ n, note }) => ({ where: note, sort: sortOf(n) }) },
    }),
  };
};
type Opened = ReturnType<typeof open>;

const kinds: ReadonlyArray<{
  readonly id: string;
  readonly name: string;
  readonly along: (opened: Opened, order: Order) => ReadonlyArray<Write<unknown>>;
}> = [
  { id: "ack", name: "acks alone", along: () => [] },
  {
    id: "put",
    name: "with a record that moves in an index",
    along: ({ states }, order) => [states.put(String(order.n), { ...order, note: "done" })],
  },
  {
    id: "check",
    name: "with such a record, and a check of another one",
    along: ({ states }, order) => [
      states.put(String(order.n), { ...order, note: "done" }),
      states.check("none", undefined),
    ],
  },
];

export const along = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const { admin, url } = bench.redis;
  const orders = ordersFrom(0, bench.sizes.inOrder);
  const lanes = kinds.map((kind) => ({
    id: kind.id,
    run: async () => {
      await bench.redis.clear();
      const opened = open(url);
      await lastValueFrom(valuesOf(orders).pipe(enqueueTo(opened.orders, { sizeMax: BATCH })));
      for (let at = 0; at < orders.length; at += BATCH)
        await atomically(
          orders.slice(at, at + BATCH).map((order) => opened.states.put(String(order.n), { ...order, note: "begun" })),
        );
      const before = await serverMicroseconds(admin);
      const ms = await timed(() =>
        lastValueFrom(
          opened.orders.messages({ prefetch: IN_HAND }).pipe(
            handle(async ({ data }) => data, { concurrency: IN_HAND }),
            followUp((order) => kind.along(opened, order)),
            settle(),
            take(orders.length),
          ),
        ),
      );
      const spent = (await serverMicroseconds(admin)) - before;
      const { acked } = await opened.orders.stats();
      const done = kind.id === "ack" ? orders.length : await opened.states.count("byNote", { where: "done" });
      await opened.store.close();
      if (acked !== orders.length || done !== orders.length)
        throw new Error(`${kind.id} acked ${acked} and put ${done} of ${orders.length}`);
      return { rate: rate(orders.length, ms), server: spent / orders.length };
    },
  }));
  const figures = await interleave(bench, "along", warmUpsOf(bench, orders.length), lanes);
  await bench.redis.clear();
  return [
    measured(figures, "rate", kinds, {
      id: "records-along",
      title: `Backlog drained with ${IN_HAND} in hand, a record put along with each ack`,
      ...PER_SECOND,
      base: "ack",
    }),
    measured(figures, "server", kinds, {
      id: "records-along-server",
      title: "The time of the server for each of these messages, the lease included",
      unit: "µs",
      better: "lower",
      base: "ack",
      ratio: "it ÷ base",
    }),
  ];
};
