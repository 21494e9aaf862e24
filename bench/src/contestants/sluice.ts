/** Sluice, through its public face alone. Unlike the others it checks each message that it delivers, by an io-ts codec. */
import * as E from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { Redis } from "ioredis";
import { from, lastValueFrom, type Observable, Subject } from "rxjs";
import {
  batch,
  enqueueTo,
  handle,
  handleBatch,
  type Message,
  queue,
  type Settlement,
  type Store,
  settle,
} from "sluice";
import { redisStore } from "sluice/redis";
import type { Order } from "../payload.js";
import {
  BATCH,
  BULKS_IN_FLIGHT,
  CONCURRENCY,
  type Consumer,
  type ConsumerHooks,
  type Contestant,
  type Session,
} from "./contestant.js";

export const OrderCodec: t.Type<Order, unknown> = t.type({
  n: t.number,
  customerId: t.string,
  items: t.readonlyArray(t.string),
  total: t.number,
  express: t.boolean,
  note: t.string,
});

type Settlements = Observable<Settlement<Order, unknown>>;
type Messages = Observable<Message<Order>>;

/** One message at a time to the handler; as many handlers as the library likes where there is no concurrency. */
const one =
  (concurrency: number | undefined) =>
  (hooks: ConsumerHooks) =>
  (messages: Messages): Settlements =>
    messages.pipe(
      handle(
        async ({ data }) => {
          hooks.onMessage(data);
        },
        { concurrency },
      ),
      settle(),
    );

const done = E.right(undefined);

/** `BATCH` messages at a time to the handler. */
const inBatches =
  (hooks: ConsumerHooks) =>
  (messages: Messages): Settlements =>
    messages.pipe(
      batch({ sizeMax: BATCH }),
      handleBatch(async ({ data }) =>
        data.map((order) => {
          hooks.onMessage(order);
          return done;
        }),
      ),
      settle(),
    );

interface SessionOptions {
  readonly store: Store;
  readonly queueName: string;
  /** Undefined: as the library has it. */
  readonly prefetch: number | undefined;
  readonly key?: ((order: Order) => string) | undefined;
  readonly pipeline: (hooks: ConsumerHooks) => (messages: Messages) => Settlements;
}

/** Shared with the measure of the in-memory store. */
export const sessionOf = ({ store, queueName, prefetch, key, pipeline }: SessionOptions): Session => {
  const orders = queue(store, { name: queueName, codec: OrderCodec, key });
  return {
    enqueue: (order) => orders.enqueue(order),
    enqueueBulk: async (rows, inFlight = BULKS_IN_FLIGHT) => {
      await lastValueFrom(from(rows).pipe(enqueueTo(orders, { sizeMax: BATCH, concurrency: inFlight })));
    },
    consumer: async (hooks): Promise<Consumer> => {
      const stop$ = new Subject<void>();
      let ended: Promise<void> = Promise.resolve();
      return {
        start: () => {
          ended = new Promise((resolve) => {
            pipeline(hooks)(orders.messages({ prefetch, stop$ })).subscribe({
              next: ({ outcome }) => {
                if (outcome._tag === "Ack") hooks.onSettled();
                else hooks.onError(outcome);
              },
              error: hooks.onError,
              complete: resolve,
            });
          });
        },
        stop: () => {
          stop$.next();
          return ended;
        },
      };
    },
    held: async () => {
      const { enqueued, acked } = await orders.stats();
      return enqueued - acked;
    },
    close: async () => {
      await store.close();
    },
  };
};

export const perMessage = (
  store: Store,
  queueName: string,
  prefetch: number,
  key?: (order: Order) => string,
): Session => sessionOf({ store, queueName, prefetch, key, pipeline: one(CONCURRENCY) });

const opener =
  (tuned: (inHand: number | "default") => Pick<SessionOptions, "prefetch" | "pipeline">): Contestant["open"] =>
  async ({ url, queue: queueName, inHand = BATCH, inOrder = false }) => {
    const client = new Redis(url);
    await client.ping();
    const store = redisStore(client, { namespace: "bench" });
    const session = sessionOf({ ...tuned(inHand), key: inOrder ? () => "one" : undefined, store, queueName });
    return {
      ...session,
      close: async () => {
        await session.close();
        client.disconnect();
      },
    };
  };

export const sluice: Contestant = {
  id: "sluice",
  name: "Sluice",
  open: opener((inHand) =>
    inHand === "default"
      ? { prefetch: undefined, pipeline: one(undefined) }
      : { prefetch: inHand, pipeline: one(Math.min(CONCURRENCY, inHand)) },
  ),
};

/** Two batches of credit: one is gathered while the other is handled and settled. */
export const sluiceBatch: Contestant = {
  id: "sluice-batch",
  name: "Sluice, in batches",
  open: opener(() => ({ prefetch: 2 * BATCH, pipeline: inBatches })),
};
