/** bee-queue, with the settings that serve it best here. */
import BeeQueue from "bee-queue";
import { chunksOf, concurrently } from "../concurrently.js";
import type { Order } from "../payload.js";
import { BATCH, BULKS_IN_FLIGHT, CONCURRENCY, type Contestant, type Session } from "./contestant.js";

const open: Contestant["open"] = async ({ url, queue: name }): Promise<Session> => {
  const settings: BeeQueue.QueueSettings = {
    redis: { url },
    // Nobody here listens to events of other processes, and jobs need not be found again by their producer.
    getEvents: false,
    sendEvents: false,
    storeJobs: false,
    // A finished job leaves nothing behind, as with the others.
    removeOnSuccess: true,
    removeOnFailure: true,
  };
  // Only a worker needs the second, blocking connection.
  const queue = new BeeQueue<Order>(name, { ...settings, isWorker: false });
  await queue.ready();
  return {
    enqueue: (order) => queue.createJob(order).save(),
    enqueueBulk: (orders, inFlight = BULKS_IN_FLIGHT) =>
      concurrently(chunksOf(orders, BATCH), inFlight, async (chunk) => {
        const failed = await queue.saveAll(chunk.map((order) => queue.createJob(order)));
        for (const error of failed.values()) throw error;
      }),
    consumer: async (hooks) => {
      const worker = new BeeQueue<Order>(name, { ...settings, isWorker: true });
      worker.on("succeeded", hooks.onSettled);
      worker.on("failed", (_, error) => hooks.onError(error));
      worker.on("error", hooks.onError);
      await worker.ready();
      return {
        start: () => {
          worker.process(CONCURRENCY, async ({ data }) => {
            hooks.onMessage(data);
          });
        },
        stop: () => worker.close(),
      };
    },
    held: async () => {
      const { waiting, active, succeeded, failed, delayed } = await queue.checkHealth();
      return waiting + active + succeeded + failed + delayed;
    },
    close: () => queue.close(),
  };
};

export const bee: Contestant = { id: "bee", name: "bee-queue", open };
