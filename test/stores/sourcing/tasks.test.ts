/** Aggregates and projections as tasks and readers: what a domain refuses is on the left too, told by its tag. */
import * as E from "fp-ts/lib/Either.js";
import { pipe } from "fp-ts/lib/function.js";
import * as RTE from "fp-ts/lib/ReaderTaskEither.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import * as t from "io-ts";
import { atomically } from "sluice";
import { RS } from "sluice/reader";
import { aggregate, projection } from "sluice/sourcing";
import { fromEffect, S } from "sluice/task";
import { describe, expect, it } from "vitest";
import { cart } from "../../support/cart.js";
import { eachStore } from "../eachStore.js";
import { cartEvents } from "./scene.js";

const definition = { category: "cart", decider: cart, codec: cartEvents } as const;
const add = (cartId: string, sku: string) => ({ type: "AddToCart", cartId, sku, qty: 1, price: 5 }) as const;
const pay = (cartId: string) => ({ type: "CompletePurchase", cartId }) as const;

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
    const counted = projection(store, {
      name: "added",
      version: 2,
      codec: cartEvents,
      initial: 0,
      state: t.number,
      evolve: { ItemAdded: (count) => count + 1 },
    });
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
});
