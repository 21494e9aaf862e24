/** The programs of the design page, as users write them: compiled, and run. */
import * as E from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import {
  concatMap,
  delay,
  filter,
  firstValueFrom,
  from,
  lastValueFrom,
  type MonoTypeOperatorFunction,
  map,
  of,
  Subject,
  take,
  throwError,
  toArray,
} from "rxjs";
import { type Context, configure } from "rxjs-marbles";
import {
  Ack,
  atomically,
  batch,
  block,
  deadLetter,
  decide,
  enqueueTo,
  filterData,
  followUp,
  handle,
  handleBatch,
  handleByTag,
  type Message,
  type Queue,
  queue,
  Reject,
  Retry,
  retryBackoff,
  type Store,
  settle,
} from "sluice";
import { memoryStore } from "sluice/memory";
import * as RQ from "sluice/reader";
import * as Q from "sluice/task";
import { marblesOf } from "sluice/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { charge, chargeTask, Hook, Order, order, type Receipt, Shipment } from "./support/domain.js";

const marbles = marblesOf<Context>(configure);
const addressOf = (receipt: Receipt): string => `street ${receipt.orderId}`;

let store: Store;
let orders: Queue<Order>;
let shipments: Queue<Shipment>;
const stop$ = new Subject<void>();

beforeEach(() => {
  store = memoryStore();
  orders = queue(store, { name: "orders", codec: Order, key: (x) => x.customerId });
  shipments = queue(store, { name: "shipments", codec: Shipment });
});
afterEach(async () => {
  stop$.next();
  await store.close();
});

describe("a program in RxJS", () => {
  it("charges, ships in the write of the ack, and drops what is free", async () => {
    await lastValueFrom(
      from([order("1", 5), order("2", 0, "c3"), order("3", 7, "c2")]).pipe(enqueueTo(orders, { sizeMax: 500 })),
    );
    const settlements = await lastValueFrom(
      orders.messages({ prefetch: 200, stop$, stopMsMax: 10_000 }).pipe(
        filterData((x) => x.total > 0),
        handle((m) => charge(m.data), { concurrency: 50, timeoutMs: 5_000 }),
        followUp((receipt) => [shipments.enqueue({ orderId: receipt.orderId, address: addressOf(receipt) })]),
        retryBackoff({ initialMs: 200, factor: 2, delayMsMax: 60_000, attemptsMax: 6, jitter: "full" }),
        block({ scope: "key" }),
        settle(),
        take(2),
        toArray(),
      ),
    );
    expect(settlements.map((s) => [s.message.data.id, s.outcome._tag])).toEqual([
      ["1", "Ack"],
      ["3", "Ack"],
    ]);
    expect((await shipments.peek()).map((s) => s.data)).toEqual([
      E.right({ orderId: "1", address: "street 1" }),
      E.right({ orderId: "3", address: "street 3" }),
    ]);
    expect(await orders.stats()).toMatchObject({ enqueued: 3, acked: 3 });
  });

  it("acks by hand", async () => {
    await orders.enqueueAll([order("1"), order("2")]);
    const outcomes = await lastValueFrom(
      orders.messages({ prefetch: 1 }).pipe(
        concatMap((m) => from(charge(m.data)).pipe(concatMap(() => m.ack))),
        take(2),
        toArray(),
      ),
    );
    expect(outcomes).toEqual([Ack, Ack]);
  });
});

describe("a program in async/await", () => {
  it("retries after a rate limit, rejects what is invalid, and acks the rest", async () => {
    const answers: Record<string, number> = { limited: 429, invalid: 422, fine: 200 };
    await orders.enqueueAll(Object.keys(answers).map((id) => order(id, 1, id)));
    const settled = await lastValueFrom(
      orders.messages().pipe(
        handle(
          async (m, { signal }) => {
            const status = signal.aborted ? 500 : answers[m.data.id];
            if (status === 429) return Retry({ cause: "rate limited", delayMs: 60_000 });
            if (status === 422) return Reject({ cause: "no such customer" });
            return status;
          },
          { timeoutMs: 30_000 },
        ),
        settle(),
        take(3),
        toArray(),
      ),
    );
    expect(settled.map((s) => [s.message.data.id, s.outcome._tag])).toEqual([
      ["limited", "Retry"],
      ["invalid", "Reject"],
      ["fine", "Ack"],
    ]);
  });

  it("receives, charges, and writes ack and shipment as one", async () => {
    await orders.enqueue(order("1"), { delayMs: 5 });
    for (const m of await orders.receive({ max: 10, waitMsMax: 1_000 })) {
      const receipt = await charge(m.data);
      await atomically([m.ack, shipments.enqueue({ orderId: receipt.orderId, address: addressOf(receipt) })]);
    }
    expect(await orders.stats()).toMatchObject({ acked: 1 });
    expect(await shipments.stats()).toMatchObject({ ready: 1 });
  });
});

describe("a program in fp-ts", () => {
  it("enqueues by a reader on a store-free definition", async () => {
    const place = (x: Order): RTE.ReaderTaskEither<RQ.HasStore, unknown, string> =>
      pipe(
        x,
        RQ.enqueue({ name: "orders", codec: Order }),
        RTE.map(({ id }) => `queued ${id}`),
      );
    expect(await place(order("1"))({ store })()).toEqual(E.right(expect.stringMatching(/^queued [0-9a-f-]{36}$/)));
  });

  it("consumes until stopped and answers how the deliveries ended", async () => {
    await orders.enqueueAll([order("1"), order("2", -1)]);
    const consume = pipe(
      Q.consume(orders)((x) => chargeTask(x), {
        concurrency: 50,
        stop$,
        onFailure: [retryBackoff({ attemptsMax: 1 }), deadLetter()],
      }),
      TE.match(
        (e) => `${e._tag}: ${e.message}`,
        (n) => `${n.Ack} acked, ${n.Reject} dead`,
      ),
    );
    const answer = consume();
    await pipe(orders.events$, take(4), lastValueFrom);
    stop$.next();
    expect(await answer).toBe("1 acked, 1 dead");
  });

  it("answers a left where it settles by what is no outcome, also in onFailure", async () => {
    await orders.enqueueAll([order("1", -1)]);
    const [message] = await orders.receive({ max: 1 });
    const refused = { left: { _tag: "InvalidConfig", option: "outcome" } };
    for (const look of [undefined, { _tag: "Ack" }])
      expect(await Q.settle(look as never)(message as Message<Order>)()).toMatchObject(refused);
    expect(await Q.release({ reason: "again" })(message as Message<Order>)()).toMatchObject({ right: {} });
    const consume = Q.consume(orders)((x) => chargeTask(x), {
      stop$,
      onFailure: [{ policy: () => ({ _tag: "Ack" }) as never }],
    });
    const answer = consume();
    await firstValueFrom(orders.events$.pipe(filter(({ _tag }) => _tag === "Settled")));
    stop$.next();
    expect(await answer).toMatchObject({ right: { Ack: 0, Retry: 1 } });
  });

  it("decides by the error of the handler", async () => {
    await orders.enqueue(order("1", -1));
    const settled = await lastValueFrom(
      orders.messages().pipe(
        handle((m) => chargeTask(m.data)),
        decide((f) =>
          f._tag !== "Failed"
            ? undefined
            : f.error._tag === "Declined"
              ? Reject({ cause: f.error.reason })
              : Retry({ cause: f.error, delayMs: f.error.retryAfterMs }),
        ),
        retryBackoff(),
        settle(),
        take(1),
      ),
    );
    expect(settled.outcome).toEqual(Reject({ cause: "negative" }));
  });
});

describe("a program with a tagged union, and one with batches", () => {
  it("handles by tag", async () => {
    const hooks = queue(store, { name: "hooks", codec: Hook });
    await hooks.enqueueAll([{ type: "push", commits: 2 }, { type: "issue", title: "slow" }, { type: "star" }]);
    const settled = await lastValueFrom(
      hooks.messages().pipe(
        handleByTag("type", {
          push: (m) => TE.right<"noRepo", number>(m.data.commits),
          issue: async (m) => m.data.title,
          star: () => of(Ack),
        }),
        deadLetter(),
        settle(),
        take(3),
        toArray(),
      ),
    );
    expect(settled.map((s) => s.outcome._tag)).toEqual(["Ack", "Ack", "Ack"]);
  });

  it("handles a batch element by element", async () => {
    await orders.enqueueAll([order("1", 1, "a"), order("2", 2, "b"), order("2", 2, "c")]);
    const insertAll = async (rows: ReadonlyArray<Order>): Promise<ReadonlyArray<E.Either<"duplicate", number>>> =>
      rows.map((row, i) =>
        rows.findIndex(({ id }) => id === row.id) === i ? E.right(row.total) : E.left("duplicate" as const),
      );
    const settled = await lastValueFrom(
      orders.messages({ prefetch: 1_000 }).pipe(
        batch({ sizeMax: 500, waitMsMax: 5 }),
        handleBatch((b) => insertAll(b.data)),
        decide((f) => (f._tag === "Failed" && f.error === "duplicate" ? Ack : undefined)),
        retryBackoff(),
        deadLetter(),
        settle(),
        take(3),
        toArray(),
      ),
    );
    expect(settled.map((s) => [E.isRight(s.result), s.outcome._tag])).toEqual([
      [true, "Ack"],
      [true, "Ack"],
      [false, "Ack"],
    ]);
  });
});

describe("a program tested with marbles", () => {
  const paced = <A>(ms: number): MonoTypeOperatorFunction<Message<A>> => concatMap((m) => of(m).pipe(delay(ms)));

  it(
    "paces messages and retries the second after 20 ms",
    marbles((m) => {
      const q = queue(memoryStore({ scheduler: m.scheduler }), { name: "orders", codec: Order });
      q.enqueueAll([order("1"), order("2")]).subscribe();
      m.expect(
        q.messages().pipe(
          paced(5),
          handle((x) => (x.data.id === "2" && x.attempt === 1 ? throwError(() => new Error("no")) : of(1))),
          retryBackoff({ initialMs: 20 }),
          settle(),
          map((s) => s.outcome._tag),
        ),
        "100ms !",
      ).toBeObservable("5ms a 4ms b 24ms c", { a: "Ack", b: "Retry", c: "Ack" });
    }),
  );
});
