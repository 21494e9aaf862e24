/**
 * pg-boss, by `fetch` and `complete` of a batch, as its documentation offers to those who want more than its polling workers give: those look
 * twice a second at most, where a batch was not full.
 */
import { PgBoss } from "pg-boss";
import { chunksOf, concurrently } from "../concurrently.js";
import { BATCH, type Consumer, type ConsumerHooks } from "../contestants/contestant.js";
import type { Order } from "../payload.js";
import { BULK, type Contestant, POOL } from "./Contestant.js";

const QUEUE = "orders";
const IDLE_MS = 500;

const consumerOf = (client: PgBoss, hooks: ConsumerHooks): Consumer => {
  let stopping = false;
  let running: Promise<void> = Promise.resolve();

  const loop = async (): Promise<void> => {
    while (!stopping) {
      const jobs = await client.fetch<Order>(QUEUE, { batchSize: BATCH });
      if (jobs.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
        continue;
      }
      for (const { data } of jobs) hooks.onMessage(data);
      await client.complete(
        QUEUE,
        jobs.map(({ id }) => id),
      );
      for (const _ of jobs) hooks.onSettled();
    }
  };

  return {
    start: () => {
      running = loop().catch(hooks.onError);
    },
    stop: async () => {
      stopping = true;
      await running;
    },
  };
};

export const boss: Contestant = {
  id: "boss",
  name: "pg-boss",
  open: async ({ url }) => {
    const client = new PgBoss({ connectionString: url, max: POOL });
    client.on("error", () => {});
    await client.start();
    await client.createQueue(QUEUE);
    return {
      enqueue: (order) => client.send(QUEUE, order),
      enqueueBulk: (orders, inFlight = 1) =>
        concurrently(chunksOf(orders, BULK), inFlight, (chunk) =>
          client.insert(
            QUEUE,
            chunk.map((data) => ({ data })),
          ),
        ),
      consumer: async (hooks) => consumerOf(client, hooks),
      held: async () => (await client.fetch(QUEUE, { batchSize: 1 })).length,
      close: () => client.stop({ graceful: false }),
    };
  },
};
