/** Aggregates and projections as tasks and readers: what a domain refuses is on the left too, told by its tag. */
import * as E from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { merge } from "rxjs";
import { atomically } from "sluice";
import type { MapOf, Recorded } from "sluice/log";
import { RS } from "sluice/reader";
import { sortOf } from "sluice/records";
import { aggregate, causedBy, policy, projection, type ReadModelDefinition, readModel, send } from "sluice/sourcing";
import type { Store } from "sluice/store";
import { fromEffect, S } from "sluice/task";
import { testRecorded } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { type CartEvent, cart } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartEvents } from "./scene.js";

const definition = { category: "cart", decider: cart, codec: cartEvents } as const;
const add = (cartId: string, sku: string) => ({ type: "AddToCart", cartId, sku, qty: 1, price: 5 }) as const;
const pay = (cartId: string) => ({ type: "CompletePurchase", cartId }) as const;

const addedOf = {
  name: "added",
  version: 2,
  codec: cartEvents,
  initial: 0,
  state: t.number,
  evolve: { ItemAdded: (count: number) => count + 1 },
};
const Row = t.type({ items: t.number });
const listOf: ReadModelDefinition<t.TypeOf<typeof Row>, { readonly byItems: undefined }, MapOf<typeof cartEvents>> = {
  name: "carts",
  version: 2,
  codec: cartEvents,
  record: Row,
  indexes: { byItems: ({ items }) => ({ sort: sortOf(items) }) },
  id: ({ event }) => event.cartId,
  evolve: { ItemAdded: (row) => ({ items: (row?.items ?? 0) + 1 }) },
};
/** Two carts, one with a product and one with two. */
const filled = (store: Store): Promise<unknown> => {
  const carts = aggregate(store, definition);
  return pipe(
    S.handle(carts)("1", add("1", "a")),
    TE.flatMap(() => S.handle(carts)("2", add("2", "a"))),
    TE.flatMap(() => S.handle(carts)("2", add("2", "b"))),
  )();
};

describe.each(eachStore)("aggregates as tasks on %s", (_, open) => {
  it("chain, with refusals and errors of the store on one left", async () => {
    const carts = aggregate(open(), definition);
    const purchase = (id: string) =>
      pipe(
        S.create(carts)(id),
        TE.flatMap(() => S.handle(carts)(id, add(id, "a"))),
        TE.flatMap(() => S.handle(carts)(id, pay(id), { expected: { version: 1 } })),
        TE.flatMap(() => S.handle(carts)(id, add(id, "b"))),
      );
    expect(await purchase("1")()).toEqual(E.left({ _tag: "Rejected", rejection: "Cannot add to a paid cart!" }));
    expect(await purchase("1")()).toMatchObject(E.left({ _tag: "AlreadyExists", id: "1" }));
    expect(await S.state(carts)("1")()).toMatchObject({ right: { version: 2 } });
    expect(await S.stateAt(carts)("1", 1)()).toMatchObject({ right: { version: 1 } });
    expect(await S.get(carts)("none")()).toMatchObject({ left: { _tag: "NotFound" } });
    expect(await S.close(carts)("1")()).toMatchObject({ right: { version: 2 } });
  });

  it("give a decided write to others, and refuse it as they do", async () => {
    const carts = aggregate(open(), definition);
    const joined = pipe(
      S.decide(carts)("1", add("1", "a")),
      TE.flatMap((write) => fromEffect(atomically([write]))),
    );
    expect(await joined()).toMatchObject({ right: [{ version: 1 }] });
    expect(await S.decide(carts)("1", add("1", "a"))()).toEqual(
      E.left({ _tag: "Rejected", rejection: "Product already in cart!" }),
    );
  });

  it("need their store at the end alone, and share its pool", async () => {
    const store = open();
    const program = pipe(
      RS.handle(definition)("1", add("1", "a")),
      RTE.flatMap(() => RS.state(definition)("1")),
    );
    expect(await program({ store })()).toMatchObject({ right: { version: 1 } });
    expect(await RS.handle(definition)("1", add("1", "a"))({ store })()).toMatchObject({ left: { _tag: "Rejected" } });
    expect(aggregate(store, definition).poolStats().size).toBe(1);
    const refused = RS.state({ ...definition, category: "a/b" })("1")({ store });
    expect(await refused()).toMatchObject({ left: { _tag: "InvalidConfig", option: "category" } });
  });

  it("wait for a projection, and drop an older one", async () => {
    const store = open();
    const counted = projection(store, addedOf);
    const run = counted.run().subscribe();
    const waited = pipe(
      S.handle(aggregate(store, definition))("1", add("1", "a")),
      TE.flatMapNullable(
        ({ position }) => position,
        () => "no event" as const,
      ),
      TE.flatMap((position) =>
        TE.mapLeft(() => "too late" as const)(S.waitFor(counted)(position, { timeoutMs: 5_000 })),
      ),
    );
    expect(await waited()).toMatchObject({ right: { state: 1 } });
    expect(await S.drop(counted)(1)()).toEqual(E.right(undefined));
    run.unsubscribe();
  });

  it("read a projection, and the records of a read model", async () => {
    const store = open();
    const [counted, list] = [projection(store, addedOf), readModel(store, listOf)];
    expect(await S.get(counted)()()).toMatchObject(E.right({ state: 0, position: undefined, caughtUp: true }));
    expect(await S.get(list)("2")()).toEqual(E.right(undefined));
    await filled(store);
    const running = merge(counted.run(), list.run()).subscribe();
    const reading = pipe(
      S.waitFor(list)("end"),
      TE.flatMap(() => S.waitFor(counted)("end")),
      TE.bindTo("waited"),
      TE.bindW("got", () => S.get(counted)()),
      TE.bindW("one", () => S.get(list)("2")),
      TE.bindW("all", () => S.getAll(list)(["1", "none"])),
      TE.bindW("page", () => S.page(list)("byItems", { backwards: true })),
      TE.bindW("count", () => S.count(list)("byItems")),
    );
    expect(await reading()).toMatchObject(
      E.right({
        got: { state: 3 },
        one: { value: { items: 2 } },
        all: [{ value: { items: 1 } }, undefined],
        page: { items: [{ id: "2" }, { id: "1" }] },
        count: 2,
      }),
    );
    running.unsubscribe();
  });

  it("read them upon a store that is given at the end alone, and drop older ones", async () => {
    const store = open();
    await filled(store);
    const running = merge(projection(store, addedOf).run(), readModel(store, listOf).run()).subscribe();
    const program = pipe(
      RS.waitFor(addedOf)("end"),
      RTE.flatMap(() => RS.waitFor(listOf)("end")),
      RTE.bindTo("waited"),
      RTE.bindW("got", () => RS.get(addedOf)()),
      RTE.bindW("cart", () => RS.get(definition)("1")),
      RTE.bindW("one", () => RS.get(listOf)("2")),
      RTE.bindW("all", () => RS.getAll(listOf)(["1", "none"])),
      RTE.bindW("page", () => RS.page(listOf)("byItems", { backwards: true })),
      RTE.bindW("count", () => RS.count(listOf)("byItems")),
      RTE.chainFirstW(() => RS.drop(addedOf)(1)),
      RTE.chainFirstW(() => RS.drop(listOf)(1)),
    );
    expect(await program({ store })()).toMatchObject(
      E.right({
        got: { state: 3 },
        cart: { id: "1" },
        one: { value: { items: 2 } },
        all: [{ value: { items: 1 } }, undefined],
        page: { items: [{ id: "2" }, { id: "1" }] },
        count: 2,
      }),
    );
    expect(await RS.drop(listOf)(2)({ store })()).toMatchObject({ left: { _tag: "InvalidConfig", option: "version" } });
    for (const wrong of [undefined, {}, { decider: cart }, { record: Row }])
      expect(await RS.get(wrong as unknown as typeof addedOf)()({ store })()).toMatchObject({
        left: { _tag: "InvalidConfig" },
      });
    running.unsubscribe();
  });

  it("send the commands of a policy, with what was refused on the left as its domain's", async () => {
    const carts = aggregate(open(), definition);
    const copy = policy(({ event }: Recorded<CartEvent>) =>
      event.type === "CartPaid" ? [send(carts, "copy", add("copy", "a")), send(carts, "copy", add("copy", "a"))] : [],
    );
    const paid = testRecorded({ type: "CartPaid", cartId: "1", total: 3 } as const);
    const rejected = { _tag: "Rejected", rejection: "Product already in cart!", id: "copy", place: 1 };
    expect(await S.perform(copy)(paid, causedBy("copy", paid))()).toMatchObject(E.left(rejected));
    const removed = testRecorded({ type: "ItemRemoved", cartId: "1", sku: "a" } as const);
    expect(await S.perform(copy)(removed, causedBy("copy", removed))()).toEqual(E.right({ done: 0, rejected: [] }));
    const late = testRecorded(paid.event, { meta: { hops: 101 } });
    expect(await S.perform(copy)(late, causedBy("copy", late))()).toMatchObject(E.left({ _tag: "TooManyHops" }));
  });
});
