/** BullMQ, with the settings that serve it best here. */
import { Queue, Worker } from "bullmq";
import { chunksOf, concurrently } from "../concurrently.js";
import type { Order } from "../payload.js";
import { BATCH, BULKS_IN_FLIGHT, type Contestant, type Session } from "./contestant.js";

const open: Contestant["open"] = async ({ url, queue: name, inHand = BATCH, inOrder = false }): Promise<Session> => {
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port || 6379) };
  const queue = new Queue<Order, undefined, "order">(name, {
    connection,
    // A finished job leaves nothing behind, as with the others.
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    // Its stream of events cannot be switched off; the shortest one costs the least memory.
    streams: { events: { maxLen: 1 } },
  });
  await queue.waitUntilReady();
  return {
    enqueue: (order) => queue.add("order", order),
    enqueueBulk: (orders, inFlight = BULKS_IN_FLIGHT) =>
      concurrently(chunksOf(orders, BATCH), inFlight, (chunk) =>
        queue.addBulk(chunk.map((data) => ({ name: "order", data }))),
      ),
    consumer: async (hooks) => {
      const worker = new Worker<Order, undefined, "order">(
        name,
        async ({ data }) => {
          hooks.onMessage(data);
          return undefined;
        },
        {
          connection: { ...connection, maxRetriesPerRequest: null },
          autorun: false,
          // More at a time is its way of batching: each finished job fetches the next in the same round trip. It is also
          // what it has in hand at most. One at a time is its way of order.
          ...(inOrder ? { concurrency: 1 } : inHand === "default" ? {} : { concurrency: inHand }),
          removeOnComplete: { count: 0 },
          removeOnFail: { count: 0 },
        },
      );
      worker.on("completed", hooks.onSettled);
      worker.on("failed", (_, error) => hooks.onError(error));
      worker.on("error", hooks.onError);
      await worker.waitUntilReady();
      return {
        start: () => {
          worker.run().catch(hooks.onError);
        },
        stop: () => worker.close(),
      };
    },
    held: async () => {
      const counts = await queue.getJobCounts();
      return Object.values(counts).reduce((sum, count) => sum + count, 0);
    },
    close: () => queue.close(),
  };
};

export const bullmq: Contestant = { id: "bullmq", name: "BullMQ", open };
