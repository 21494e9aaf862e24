/** Programs of brokers as users write them: orders from payment to shipping, repairs, several stores, queues by hand. The one on virtual time is in faults/simulated. */
import { pipe } from "fp-ts/lib/function.js";
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import { filter, firstValueFrom, groupBy, map, mergeMap, reduce, Subject, take } from "rxjs";
import { type Broker, broker, on, queueStore } from "sluice/broker";
import { eventLog } from "sluice/log";
import { memoryStore } from "sluice/memory";
import { RB } from "sluice/reader";
import type { Store } from "sluice/store";
import { B } from "sluice/task";
import { describe, expect, it } from "vitest";
import { eachStore } from "../stores/eachStore.js";
import { atEnd } from "../support/atEnd.js";
import {
  cartEvents,
  fulfilmentOn,
  mailsOn,
  type OrderEvent,
  type Outside,
  orderEvents,
  ordersOn,
  shippedOn,
} from "../support/fulfilment.js";

const cartsPaid = async (store: Store, ids: ReadonlyArray<string>, total = 12): Promise<void> => {
  const carts = eventLog(store, cartEvents);
  for (const cartId of ids) await carts.append(`cart/${cartId}`, [{ type: "CartPaid", cartId, total }]);
};

/** A gateway that charges each key once, and is down for the first call of each. */
const gateway = () => {
  const charged = new Map<string, number>();
  const calls = new Map<string, number>();
  const charge: Outside["charge"] = async (customerId, total, key) => {
    calls.set(key, (calls.get(key) ?? 0) + 1);
    if (calls.get(key) === 1) throw new Error("the gateway does not answer");
    charged.set(customerId, total);
    return { receipt: `r-${customerId}` };
  };
  return { charge, charged };
};

/** Until nothing is left to do, also what waits for a retry. */
const drained = async (fulfilment: Pick<Broker<unknown, string>, "runUntilIdle" | "status$">): Promise<void> => {
  for (;;) {
    await fulfilment.runUntilIdle();
    const { lanes, blocked, caughtUp } = await firstValueFrom(fulfilment.status$);
    const pending = Object.values(lanes).reduce((sum, lane) => sum + lane.pending, 0);
    if (caughtUp && pending - blocked <= 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

describe.each(eachStore)("fulfilment on %s", (_, open) => {
  it("brings each paid cart to its shipped order, once, whatever fails meanwhile", async () => {
    const store = open();
    const { charge, charged } = gateway();
    const fulfilment = fulfilmentOn(store, { charge });
    await cartsPaid(store, ["1", "2", "3"]);
    await drained(fulfilment);
    expect([...charged.keys()].sort()).toEqual(["of 1", "of 2", "of 3"]);
    for (const id of ["1", "2", "3"]) expect((await ordersOn(store).state(id)).state).toEqual({ stage: "shipped" });
    expect((await shippedOn(store).get("all"))?.value).toEqual({ count: 3 });
    expect((await mailsOn(store).stats()).enqueued).toBe(3);
    expect((await fulfilment.blockedStreams()).items).toEqual([]);
    const { position, caughtUp } = await firstValueFrom(fulfilment.status$);
    expect(caughtUp).toBe(true);
    expect(await fulfilment.position("warehouse")).toBe(position);
  });

  it("runs its lanes in processes of their own, told by target", async () => {
    const store = open();
    const fulfilment = fulfilmentOn(store, { charge: async () => ({ receipt: "r" }) });
    const stop$ = new Subject<void>();
    atEnd(async () => stop$.next());
    fulfilment.run({ stop$, concurrency: 5 }).subscribe();
    const payments = firstValueFrom(
      fulfilment.run({ lanes: ["payment"], stop$ }).pipe(
        groupBy(({ stream }) => stream),
        mergeMap((stream$) => stream$.pipe(map(({ _tag, lane }) => [stream$.key, lane, _tag] as const))),
        take(1),
      ),
      { defaultValue: undefined },
    );
    const shipped = firstValueFrom(
      fulfilment.events$.pipe(
        filter((event) => event._tag === "Acked" && event.stream === "shipped"),
        take(1),
      ),
    );
    await cartsPaid(store, ["1"]);
    expect((await shipped)._tag).toBe("Acked");
    stop$.next();
    const payment = await payments;
    // Either of the two runs may have had the only payment.
    if (payment !== undefined) expect(payment).toEqual(["customer/of 1", "payment", "Acked"]);
  });

  it("is repaired by people: what was hopeless is freed, passed, or replayed", async () => {
    const store = open();
    let isDeclined = true;
    const fulfilment = fulfilmentOn(store, {
      charge: async () => ({ receipt: "r" }),
      printLabel: (id) => (isDeclined ? TE.left({ _tag: "Declined" }) : TE.right(id)),
    });
    await cartsPaid(store, ["1", "2"]);
    const drain = pipe(
      B.runUntilIdle(fulfilment)(),
      TE.match(
        (error) => error.message,
        ({ blocked }) => `${blocked} blocked`,
      ),
    );
    expect(await drain()).toBe("2 blocked");
    const { items } = await fulfilment.blockedStreams({ limit: 50 });
    expect(items.map(({ stream, reactions }) => [stream, reactions])).toEqual([
      ["label/1", ["label"]],
      ["label/2", ["label"]],
    ]);
    for (const { stream, position } of items) expect(await fulfilment.position(stream)).toBe(position);
    isDeclined = false;
    expect(await fulfilment.skip("label/1")).toBe(1);
    expect(await fulfilment.unblock({ prefix: "label/" })).toBe(1);
    expect(await fulfilment.unblock("label/none")).toBe(0);
    expect(await fulfilment.prioritize("customer/vip", 9)).toBe(1);
    expect(await fulfilment.reset(["shipped"])).toBe(1);
    expect(await fulfilment.position("shipped")).toBe(undefined);
    await drained(fulfilment);
    expect((await shippedOn(store).get("all"))?.value, "both are counted again").toEqual({ count: 4 });
    expect((await fulfilment.blockedStreams()).items).toEqual([]);
  });
});

describe.each(eachStore)("brokers as tasks on %s", (_, open) => {
  it("do all that people and drains do, upon a broker and upon a definition", async () => {
    const store = open();
    const stuck = on(cartEvents, "CartPaid").do(() => TE.left("stuck"), { name: "stuck", attemptsMax: 1 });
    const definition = { name: "tasks", reactions: [stuck] };
    const tasks = broker(store, definition);
    await cartsPaid(store, ["1", "2"]);
    expect(await RB.runUntilIdle(definition)()({ store })()).toMatchObject({ right: { acked: 0, blocked: 2 } });
    const blocked = pipe(
      RB.blockedStreams(definition)({ limit: 10 }),
      RTE.map(({ items }) => items.map(({ stream }) => stream)),
    );
    expect(await blocked({ store })()).toMatchObject({ right: ["cart/1", "cart/2"] });
    expect(await B.blockedStreams(tasks)()()).toMatchObject({ right: { items: [{ stream: "cart/1" }, {}] } });
    expect(await B.position(tasks)("cart/1")()).toEqual(await RB.position(definition)("cart/1")({ store })());
    expect(await B.skip(tasks)("cart/1")()).toMatchObject({ right: 1 });
    expect(await RB.unblock(definition)({ prefix: "cart/" })({ store })()).toMatchObject({ right: 1 });
    expect(await B.unblock(tasks)("cart/2")()).toMatchObject({ right: 0 });
    expect(await B.runUntilIdle(tasks)()()).toMatchObject({ right: { delivered: 1, blocked: 1 } });
    expect(await RB.skip(definition)("cart/2")({ store })()).toMatchObject({ right: 1 });
    expect(await B.prioritize(tasks)("cart/1", 9)()).toMatchObject({ right: 1 });
    expect(await RB.prioritize(definition)("cart/1", undefined)({ store })()).toMatchObject({ right: 1 });
    expect(await B.reset(tasks)("cart/1")()).toMatchObject({ right: 1 });
    expect(await RB.reset(definition)(["cart/2"])({ store })()).toMatchObject({ right: 1 });
    expect(await RB.runUntilIdle(definition)()({ store })()).toMatchObject({ right: { blocked: 2 } });
    const refused = await RB.position({ ...definition, name: "" })("cart/1")({ store })();
    expect(refused).toMatchObject({ left: { _tag: "InvalidConfig", option: "name" } });
    expect(await B.prioritize(tasks)("cart/1", 10)()).toMatchObject({ left: { _tag: "InvalidConfig" } });
  });
});

describe.each(eachStore)("several stores and queues by hand on %s", (_, open) => {
  it("mirrors two logs, by a strategy of its own", async () => {
    const [store, archive] = [open(), memoryStore()];
    atEnd(() => archive.close());
    const byCategory = on(orderEvents, "OrderPlaced", "OrderPaid").do(async ({ event }) =>
      event.type === "OrderPaid" ? event.receipt : event.total,
    );
    const mirror = broker(store, {
      name: "mirror",
      reactions: [byCategory],
      sources: [store, archive],
      correlate: ({ stream }, register) =>
        register.map((reaction) => ({ stream: stream.split("/")[0] ?? stream, reaction })),
    });
    const placed = (orderId: string): OrderEvent => ({ type: "OrderPlaced", orderId, customerId: "c", total: 1 });
    await eventLog(store, orderEvents).append("order/1", [placed("1")]);
    await eventLog(archive, orderEvents).append("order/2", [placed("2")]);
    await eventLog(archive, orderEvents).append("old/3", [placed("3")]);
    const acked = firstValueFrom(
      mirror.events$.pipe(
        filter((event) => event._tag === "Acked"),
        take(3),
        reduce((streams: ReadonlyArray<string>, { stream }) => [...streams, stream], []),
      ),
    );
    expect(await mirror.runUntilIdle()).toMatchObject({ fetched: 3, delivered: 3, acked: 3, blocked: 0 });
    expect([...(await acked)].sort()).toEqual(["old", "order", "order"]);
  });

  it("works off the queues by hand", async () => {
    const store = open();
    const log = eventLog(store, orderEvents);
    const placed = (orderId: string, total: number): OrderEvent => ({
      type: "OrderPlaced",
      orderId,
      customerId: "c",
      total,
    });
    await log.append("order/1", [placed("1", 5)]);
    await log.append("order/2", [placed("2", -5)]);
    const queues = queueStore(store, { name: "by-hand" });
    const done: Array<string> = [];
    const register = [on(orderEvents, "OrderPlaced").do(async () => undefined)];
    const { queues: fetched } = await queues.fetch(register, 100);
    for (const queue of fetched) {
      for (let next = await queue.next(); next !== undefined; next = await queue.next()) {
        if (next.event.total < 0) {
          await queue.block("a negative order");
          break;
        }
        expect(await queue.ack(next.position)).toBe(true);
        done.push(queue.stream);
      }
    }
    expect(done).toEqual(["order/1"]);
    expect((await queues.queue("order/2").state()).blocked).toBe(true);
  });
});
