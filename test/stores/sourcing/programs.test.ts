/** Programs as users write them: the cart of a shop behind HTTP, a delivery route, a consumer whose acks commit with events. */
import { isLeft, isRight, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { catchError, concatMap, EMPTY, lastValueFrom, map, take, toArray } from "rxjs";
import {
  atomically,
  catchTag,
  deadLetter,
  followUp,
  handle,
  isSluiceError,
  type Message,
  queue,
  retryBackoff,
  settle,
} from "sluice";
import { aggregate, type LogEntry } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { type CartCommand, cart } from "../../support/cart.js";
import { Route, type RouteEvent, route } from "../../support/route.js";
import { eachStore } from "../eachStore.js";
import { cartEvents, cartsOn, rightOf, routeEvents } from "./scene.js";

interface Request {
  readonly cartId: string;
  readonly sku: string;
  readonly price: number;
  readonly idempotencyKey: string;
  readonly user: string;
}

const shopOn = (store: Store) => {
  const carts = aggregate(store, { category: "cart", decider: cart, codec: cartEvents });
  return {
    carts,
    /** Creates the cart when it is absent. */
    addToCart: async ({ cartId, sku, price, idempotencyKey, user }: Request) => {
      const command = { type: "AddToCart", cartId, sku, qty: 1, price } as const;
      const added = await carts.handle(cartId, command, { commandId: idempotencyKey, actor: user });
      return isRight(added)
        ? { status: 200, body: `${Object.keys(added.right.state.items).length} items` }
        : { status: 409, body: added.left };
    },
    /** Server-sent events. */
    page$: (id: string) =>
      carts.state$(id).pipe(map(({ state, version }) => `event: cart\ndata: ${version} ${JSON.stringify(state)}\n\n`)),
    slider: (id: string, version: number) => carts.stateAt(id, version),
    yesterday: (id: string) => carts.stateAt(id, new Date(Date.now() - 86_400_000)),
  };
};

const routesOf = (store: Store, { archived, log }: { archived: Array<object>; log: Array<LogEntry> }) =>
  aggregate(store, {
    category: "route",
    decider: route,
    codec: routeEvents,
    pool: { sizeMax: 5, idleMs: 60_000 },
    snapshots: { codec: Route, schema: 1, every: 100 },
    genesis: (id): ReadonlyArray<RouteEvent> => [{ event: "RouteCreated", driver: `driver of ${id}` }],
    closure: ({ id, version, because }) =>
      because === "closed" ? Promise.resolve(archived.push({ id, version })) : undefined,
    logger: (entry) => {
      if (entry.severity !== "debug") log.push(entry);
    },
  });

const pay = (cartId: string): CartCommand => ({ type: "CompletePurchase", cartId });

describe.each(eachStore)("programs on %s", (_, open) => {
  it("a cart behind HTTP: a request that is sent twice adds once, and a page follows", async () => {
    const { addToCart, page$, slider, yesterday } = shopOn(open());
    const request = { cartId: "c", sku: "A", price: 3, idempotencyKey: "i", user: "ann" };
    const pages = lastValueFrom(page$("c").pipe(take(3), toArray()));
    expect(await addToCart(request)).toEqual({ status: 200, body: "1 items" });
    expect(await addToCart(request)).toEqual({ status: 200, body: "1 items" });
    expect(await addToCart({ ...request, idempotencyKey: "j" })).toEqual({
      status: 409,
      body: "Product already in cart!",
    });
    expect(await addToCart({ ...request, sku: "B", idempotencyKey: "k" })).toEqual({ status: 200, body: "2 items" });
    expect(await pages).toEqual([
      'event: cart\ndata: 0 {"items":{},"paid":false}\n\n',
      'event: cart\ndata: 1 {"items":{"A":3},"paid":false}\n\n',
      'event: cart\ndata: 2 {"items":{"A":3,"B":3},"paid":false}\n\n',
    ]);
    expect((await slider("c", 1)).state.items).toEqual({ A: 3 });
    expect((await yesterday("c")).version).toBe(0);
  });

  it("a route: created, followed, pinned, and found again where it is taken", async () => {
    const seen: Array<string> = [];
    const [archived, log]: [Array<object>, Array<LogEntry>] = [[], []];
    const routes = routesOf(open(), { archived, log });
    const first = await routes.create("r1");
    const assigned = rightOf(await first.handle({ do: "AssignPackages", count: 3 }));
    expect([assigned.version, assigned.events.map(({ event }) => event.event)]).toEqual([
      4,
      ["PackageAssigned", "PackageAssigned", "PackageAssigned"],
    ]);
    const again = await routes.get("r1");
    const watching = again.events$().subscribe(({ version, event }) => seen.push(`${version} ${event.event}`));
    expect([(await again.state()).state.open, routes.poolStats().size]).toEqual([["p0", "p1", "p2"], 1]);
    await expect
      .poll(() => seen)
      .toEqual(["1 RouteCreated", ...[2, 3, 4].map((version) => `${version} PackageAssigned`)]);
    watching.unsubscribe();
    await routes.handle("r1", { do: "Deliver", packageId: "p1", atMs: 0 });
    try {
      await routes.handle("r1", { do: "Deliver", packageId: "p0", atMs: 0 }, { expected: { version: 4 } });
      expect.unreachable();
    } catch (error) {
      if (!isSluiceError(error) || error._tag !== "VersionConflict") throw error;
      expect(error.actual).toBe(5);
    }
    const assignedOrFound = await lastValueFrom(
      routes.create("r1").pipe(
        concatMap((r1) => r1.handle({ do: "AssignPackages", count: 1 })),
        catchTag("AlreadyExists", ({ id }) => routes.state(id)),
      ),
    );
    expect(assignedOrFound).toMatchObject({ id: "r1", version: 5 });
    await again.close();
    expect(archived).toEqual([{ id: "r1", version: 5 }]);
    expect(log.map(({ _tag, version }) => `${_tag}@${version}`)).toEqual([
      "Decided@1",
      "Decided@4",
      "Decided@5",
      "Evicted@5",
    ]);
  });

  it("events and messages in one write, of the aggregate's own", async () => {
    const store = open();
    const carts = cartsOn(store);
    const mails = queue(store, { name: "mails", codec: t.string });
    const paid = await carts.handle("c", pay("c"), { followUp: ({ id }) => [mails.enqueue(`thanks, ${id}`)] });
    expect(rightOf(paid).state.paid).toBe(true);
    expect((await mails.receive({ max: 2 })).map(({ data }) => data)).toEqual(["thanks, c"]);
  });

  it("events, a mail and the ack of a message in one write: each message pays once, a refusal is dead-lettered", async () => {
    const store = open();
    const carts = cartsOn(store);
    const mails = queue(store, { name: "mails", codec: t.string });
    const payments = queue(store, { name: "payments", codec: t.type({ cartId: t.string }) });
    for (const cartId of ["a", "b", "a", "c"]) await payments.enqueue({ cartId });
    const settled = await lastValueFrom(
      payments.messages().pipe(
        handle((m) => carts.decide(m.data.cartId, pay(m.data.cartId), { commandId: m.id }), { concurrency: 1 }),
        followUp((decided) => [decided, mails.enqueue("paid")]),
        retryBackoff({ initialMs: 1, attemptsMax: 2 }),
        deadLetter(),
        settle(),
        map(({ message, outcome }) => `${message.data.cartId} ${outcome._tag}`),
        // The refused one comes twice.
        take(5),
        toArray(),
      ),
    );
    expect(settled.sort()).toEqual(["a Ack", "a Reject", "a Retry", "b Ack", "c Ack"]);
    expect(await Promise.all(["a", "b", "c"].map(async (id) => (await carts.state(id)).version))).toEqual([1, 1, 1]);
    expect((await mails.stats()).ready).toBe(3);
  });

  it("by hand: what was decided, and the ack", async () => {
    const store = open();
    const carts = cartsOn(store);
    const payments = queue(store, { name: "payments", codec: t.type({ cartId: t.string }) });
    const byHand = async (m: Message<{ readonly cartId: string }>) => {
      const decided = await carts.decide(m.data.cartId, pay(m.data.cartId));
      if (isLeft(decided)) return decided;
      const [, { state }] = await atomically([m.ack, decided.right]);
      return right(state.paid);
    };
    for (const _i of [1, 2]) await payments.enqueue({ cartId: "c" });
    const answers = [];
    for (const m of await payments.receive({ max: 2 })) answers.push(await byHand(m));
    expect(answers).toEqual([right(true), left("Cart is paid!")]);
    expect((await payments.stats()).acked).toBe(1);
  });

  it("in a pipeline: what an Effect of an aggregate fails with ends the pipeline, unless it is caught", async () => {
    const carts = cartsOn(open());
    const seen = await lastValueFrom(
      carts.get("none").pipe(
        concatMap((one) => one.state()),
        catchError((error: unknown) =>
          isSluiceError(error) && error._tag === "NotFound" ? EMPTY : Promise.reject(error as Error),
        ),
        toArray(),
      ),
    );
    expect(seen).toEqual([]);
  });
});
