/** Queues in PGlite, in memory, beside plain statements in PGlite. */
import { PGlite } from "@electric-sql/pglite";
import { queue } from "sluice";
import { postgresStore } from "sluice/postgres";
import { type Bench, type Measured, PER_SECOND, rate, timed } from "../bench.js";
import { chunksOf } from "../concurrently.js";
import { BATCH } from "../contestants/contestant.js";
import { OrderCodec, perMessage } from "../contestants/sluice.js";
import { type Order, ordersFrom } from "../payload.js";
import { BULK, PREFETCH } from "../postgres/Contestant.js";
import { interleave } from "../rounds.js";
import { drain } from "./consume.js";
import { measured } from "./measured.js";

type Rates = { readonly bulk: number; readonly drain: number };

const sluice = async (orders: ReadonlyArray<Order>): Promise<Rates> => {
  const pglite = await PGlite.create();
  const store = postgresStore(pglite);
  await store.ready();
  const chunks = chunksOf(orders, BULK);
  const all = queue(store, { name: "orders", codec: OrderCodec });
  const bulkMs = await timed(async () => {
    for (const chunk of chunks) await all.enqueueAll(chunk);
  });
  const ms = await drain(perMessage(store, "orders", PREFETCH), orders.length);
  await store.close();
  await pglite.close();
  return { bulk: rate(orders.length, bulkMs), drain: rate(orders.length, ms) };
};

const bare = async (orders: ReadonlyArray<Order>): Promise<Rates> => {
  const pglite = await PGlite.create();
  await pglite.exec("create table bare (id bigint generated always as identity primary key, body text not null)");
  const bulkMs = await timed(async () => {
    for (const chunk of chunksOf(orders, BULK))
      await pglite.query("insert into bare (body) select unnest($1::text[])", [
        chunk.map((order) => JSON.stringify(order)),
      ]);
  });
  let found = 0;
  const ms = await timed(async () => {
    while (found < orders.length) {
      const { rows } = await pglite.query<{ readonly body: string }>(
        `delete from bare where id = any (array(
           select id from bare order by id limit ${BATCH} for update skip locked)) returning body`,
      );
      for (const { body } of rows) if ((JSON.parse(body) as Order).n > 0) found += 1;
    }
  });
  await pglite.close();
  return { bulk: rate(orders.length, bulkMs), drain: rate(found, ms) };
};

const KINDS = [
  { id: "sluice", name: "Sluice", run: sluice },
  { id: "bare", name: "bare loop", run: bare },
] as const;

export const inPGlite = async (bench: Bench): Promise<ReadonlyArray<Measured>> => {
  const orders = ordersFrom(0, bench.sizes.postgres);
  const lanes = KINDS.map(({ id, run }) => ({ id, run: () => run(orders) }));
  const figures = await interleave(bench, "pglite", 1, lanes);
  const count = orders.length.toLocaleString("en");
  return [
    measured(figures, "drain", KINDS, {
      id: "pglite-drain",
      title: `PGlite: drain ${count} messages, promise handler`,
      ...PER_SECOND,
    }),
    measured(figures, "bulk", KINDS, {
      id: "pglite-bulk",
      title: `PGlite: enqueue in chunks of ${BULK.toLocaleString("en")}`,
      ...PER_SECOND,
    }),
  ];
};
