/** The shop on a server: what was made of events is there after a restart, as it was. */
import { filter, firstValueFrom, Subject } from "rxjs";
import { expect, it, onTestFinished } from "vitest";
import type { CartCommand } from "../../examples/cart/domain/decide.js";
import { openShop } from "../../examples/cart/Shop.js";
import { openPlace } from "../../examples/place/openPlace.js";
import type { Place } from "../../examples/place/Place.js";
import { ownPlace } from "./places.js";
import { runExample } from "./runExample.js";

/** A process with the shop, as far as the store can tell. */
const start = async (place: Place) => {
  const { store, close } = await openPlace(place);
  const shop = openShop(store);
  const stop$ = new Subject<void>();
  const running = shop.run(stop$).subscribe();
  const end = async (): Promise<void> => {
    running.unsubscribe();
    await close();
  };
  onTestFinished(end);
  return { ...shop, end };
};

const add = (sku: string, qty: number, price: number): CartCommand => ({ type: "AddToCart", sku, qty, price });
const pay: CartCommand = { type: "CompletePurchase" };

it.each(["redis", "postgres"] as const)(
  "carts and revenue on %s are the same after a restart, and each payment is in it once",
  {
    timeout: 30_000,
  },
  async (kind) => {
    const place = await ownPlace(kind);
    const first = await start(place);
    for (const id of ["ann", "bob", "eve"]) {
      await first.carts.handle(id, add("tea", 2, 450));
      await first.carts.handle(id, add("pot", 1, 3_200));
    }
    await first.carts.handle("bob", { type: "RemoveFromCart", sku: "pot" });
    await first.carts.handle("ann", pay);
    await first.carts.handle("bob", pay);
    const before = (await first.revenue.waitFor("end")).state;
    await first.summaries.waitFor("end");
    const carts = (await first.summaries.page("byChange")).items.map(({ id, value }) => ({ id, value }));
    expect(before).toMatchObject({ total: 4_100 + 900, paid: 2 });
    expect(before.latest.map(({ cart, total, sum }) => ({ cart, total, sum }))).toEqual([
      { cart: "ann", total: 4_100, sum: 4_100 },
      { cart: "bob", total: 900, sum: 5_000 },
    ]);
    await first.end();

    const second = await start(place);
    expect((await second.revenue.get()).state).toEqual(before);
    expect((await second.revenue.waitFor("end")).state).toEqual(before);
    expect((await second.summaries.page("byChange")).items.map(({ id, value }) => ({ id, value }))).toEqual(carts);
    // Loading carts makes their states of events, and no event of it.
    for (const { id, value } of carts) expect((await second.carts.state(id)).state).toEqual(value.cart);
    expect(await second.carts.stateAt("bob", 2)).toMatchObject({ version: 2, state: { lines: [{}, {}], paid: false } });
    expect((await second.revenue.waitFor("end")).state).toEqual(before);
    // And so it is made anew from the first event on.
    const anew = await firstValueFrom(second.revenue.live().pipe(filter(({ caughtUp }) => caughtUp)));
    expect(anew.state).toEqual(before);

    await second.carts.handle("eve", pay);
    expect((await second.revenue.waitFor("end")).state).toMatchObject({ total: 9_100, paid: 3 });
    expect(await second.carts.handle("ann", add("jug", 1, 1))).toMatchObject({ left: "Cannot add to a paid cart!" });
  },
);

it("says that no Redis answers, and what is wrong with an option", { timeout: 60_000 }, async () => {
  const alone = await runExample("cart/main.ts", ["--redis", "redis://127.0.0.1:1", "--port", "0"]);
  expect(alone).toMatchObject({ code: 1, stdout: "" });
  expect(alone.stderr).toContain("The store did not answer (connect ECONNREFUSED 127.0.0.1:1).");
  const wrong = await runExample("cart/main.ts", ["--port", "65536"]);
  expect(wrong).toMatchObject({ code: 1, stdout: "" });
  expect(wrong.stderr).toContain("Give a whole number from 0 (any free one) to 65535.");
});
