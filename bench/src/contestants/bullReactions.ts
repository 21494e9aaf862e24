/**
 * The flow of events through BullMQ: it has no log, so events are those that stand in the memory of the producer; correlation is `addBulk` of
 * a page of jobs, and delivery a worker. Jobs of one target run beside each other: it has no order by key.
 */
import { chunksOf } from "../concurrently.js";
import { indexOf, ordersFrom } from "../payload.js";
import { bullmq } from "./bullmq.js";
import type { ReactionsLane } from "./reactions.js";

/** What it takes at a time serves it best (see `drain`). */
const IN_HAND = 400;
const PAGE = 500;

export const bullLanes = (url: string): ReadonlyArray<ReactionsLane> => [
  {
    id: "bullmq",
    name: "BullMQ, without order",
    open: async ({ events, onReaction }) => {
      const session = await bullmq.open({ url, queue: "events", inHand: IN_HAND });
      const pages = chunksOf(ordersFrom(0, events), PAGE);
      let settled = 0;
      let [resolve, reject] = [(): void => {}, (_cause: unknown): void => {}];
      const all = new Promise<void>((done, failed) => {
        [resolve, reject] = [done, failed];
      });
      all.catch(() => {});
      const consumer = await session.consumer({
        onMessage: (order) => onReaction(indexOf(order)),
        onSettled: () => {
          settled += 1;
          if (settled === events) resolve();
        },
        onError: (cause) => reject(cause),
      });
      return {
        correlate: async () => {
          for (const page of pages) await session.enqueueBulk(page, 1);
        },
        catchUp: async () => {
          consumer.start();
          await all;
        },
        follow: () => consumer.start(),
        commit: () => Promise.reject(new Error("it has no log")),
        close: async () => {
          await consumer.stop();
          await session.close();
        },
      };
    },
  },
];
