/**
 * Plain statements on one table: the yardstick. A message is deleted by the statement that reads it, so what a consumer had in hand is lost
 * where it crashes; there is no retry, delay, key or validation.
 */
import pg from "pg";
import { chunksOf, concurrently } from "../concurrently.js";
import { BATCH, type Consumer, type ConsumerHooks } from "../contestants/contestant.js";
import type { Order } from "../payload.js";
import { BULK, type Contestant, POOL, poolAt } from "./Contestant.js";

const TAKE = `delete from bare where id = any (array(
  select id from bare order by id limit ${BATCH} for update skip locked)) returning body`;

/** Takes until the table is empty, then waits for the next notice. */
const consumerOf = async (url: string, hooks: ConsumerHooks): Promise<Consumer> => {
  const client = new pg.Client(url);
  await client.connect();
  await client.query("listen bare");
  let stopping = false;
  let noticed: () => void = () => {};
  client.on("notification", () => noticed());
  let running: Promise<void> = Promise.resolve();

  const loop = async (): Promise<void> => {
    while (!stopping) {
      const notice = new Promise<void>((resolve) => {
        noticed = resolve;
      });
      const { rows } = await client.query<{ readonly body: string }>({ name: "take", text: TAKE });
      for (const { body } of rows) hooks.onMessage(JSON.parse(body) as Order);
      for (const _ of rows) hooks.onSettled();
      if (rows.length === 0 && !stopping) await notice;
    }
  };

  return {
    start: () => {
      running = loop().catch(hooks.onError);
    },
    stop: async () => {
      stopping = true;
      noticed();
      await running;
      await client.end();
    },
  };
};

export const bare: Contestant = {
  id: "bare",
  name: "bare loop",
  open: async ({ url }) => {
    const pool = poolAt(url);
    await pool.query("create table bare (id bigint generated always as identity primary key, body text not null)");
    await Promise.all(Array.from({ length: POOL }, () => pool.query("select pg_sleep(0.05)")));
    const insert = { name: "insert", text: "insert into bare (body) values ($1)" };
    const insertMany = { name: "insert-many", text: "insert into bare (body) select unnest($1::text[])" };
    const insertAndTell = {
      name: "insert-and-tell",
      text: "with new as (insert into bare (body) values ($1)) select pg_notify('bare', '')",
    };
    let listened = false;
    return {
      enqueue: (order) => pool.query({ ...(listened ? insertAndTell : insert), values: [JSON.stringify(order)] }),
      enqueueBulk: (orders, inFlight = 1) =>
        concurrently(chunksOf(orders, BULK), inFlight, (chunk) =>
          pool.query({ ...insertMany, values: [chunk.map((order) => JSON.stringify(order))] }),
        ),
      consumer: (hooks) => {
        listened = true;
        return consumerOf(url, hooks);
      },
      held: async () => {
        const { rows } = await pool.query<{ readonly count: number }>("select count(*)::integer as count from bare");
        return rows[0]?.count ?? 0;
      },
      close: () => pool.end(),
    };
  },
};
