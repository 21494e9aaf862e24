/** What is paid is shipped; what is held can be seen and freed, on the dashboard and by requests. On memory and on Redis. */
import type { Hono } from "hono";
import { Subject } from "rxjs";
import type { Store } from "sluice";
import { given } from "sluice/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import { parcelDecider, worthMax } from "../../examples/cart/domain/Parcel.js";
import { openShop } from "../../examples/cart/Shop.js";
import { createApp } from "../../examples/cart/web/app.js";
import type { WithToken } from "../../examples/cart/web/token.js";
import { eachStore } from "../stores/eachStore.js";

const shown = { timeout: 15_000 };

/** A process with the shop, until it is ended. */
const start = (store: Store) => {
  const shop = openShop(store);
  const closed$ = new Subject<void>();
  // Who watches the events is told of what is held.
  shop.shipping.broker.events$.subscribe();
  const running = shop.run(closed$).subscribe();
  const end = (): void => {
    closed$.next();
    running.unsubscribe();
  };
  onTestFinished(end);
  return { app: createApp(shop, closed$), shop, end };
};

const visit = async (app: Hono<WithToken>) => {
  const first = await app.request("/cart/any");
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
  const token = /name="token" value="([^"]*)"/.exec(await first.text())?.[1] ?? "";
  const get = async (at: string): Promise<string> => (await app.request(at, { headers: { cookie } })).text();
  const post = (at: string, fields: Readonly<Record<string, string>> = {}) =>
    app.request(at, { method: "POST", headers: { cookie }, body: new URLSearchParams({ token, ...fields }) });
  /** Fills a cart for so many euros, and pays. */
  const buy = async (id: string, price: string) => {
    await post(`/cart/${id}`, { sku: "ring", qty: "1", price });
    expect((await post(`/cart/${id}/pay`)).status).toBe(303);
  };
  const held = async (): Promise<ReadonlyArray<string>> =>
    (JSON.parse(await get("/shipping")) as { held: ReadonlyArray<{ id: string }> }).held.map(({ id }) => id).sort();
  return { cookie, token, get, post, buy, held };
};

describe("a parcel", () => {
  const ship = (worth: number) => ({ type: "Ship", worth }) as const;
  it("is shipped once, and where it is worth much only with insurance", () => {
    given(parcelDecider, [])
      .when(ship(worthMax))
      .expectEvents([{ type: "ParcelShipped", worth: worthMax }]);
    given(parcelDecider, [])
      .when(ship(worthMax + 1))
      .expectRejection("Worth too much to be shipped without insurance!");
    given(parcelDecider, [{ type: "ParcelInsured" }])
      .when(ship(worthMax + 1))
      .expectEvents([{ type: "ParcelShipped", worth: worthMax + 1 }]);
    given(parcelDecider, [{ type: "ParcelInsured" }])
      .when({ type: "Insure" })
      .expectEvents([]);
    for (const command of [ship(1), { type: "Insure" } as const])
      given(parcelDecider, [{ type: "ParcelShipped", worth: 1 }])
        .when(command)
        .expectRejection("Parcel is already shipped!");
  });
});

describe.each(eachStore)("shipping on %s", (_name, open) => {
  it("ships what is paid, holds what is worth too much, and is freed by people", { timeout: 60_000 }, async () => {
    const { app, shop } = start(open());
    const { get, post, buy, held } = await visit(app);
    await buy("dear", "5000");
    await buy("dearer", "6000");
    await buy("cheap", "10");
    await expect.poll(() => get("/cart/cheap"), shown).toContain(">Shipped</span>");
    await expect.poll(held, shown).toEqual(["dear", "dearer"]);
    expect(await get("/cart/dear")).toContain(">To be shipped</span>");
    const dashboard = await get("/");
    expect(dashboard).toContain("2 held");
    expect(dashboard).toContain("Worth too much to be shipped without insurance!");
    expect(dashboard).toContain('action="/shipping/dear/insure"');

    // A held cart is held by the broker too, with as many attempts as were allowed.
    const [blocked] = (await shop.shipping.broker.blockedStreams()).items;
    expect(blocked?.reactions).toEqual(["ship"]);
    expect((await post("/shipping/dear/insure")).status).toBe(303);
    await expect.poll(() => get("/cart/dear"), shown).toContain(">Shipped</span>");
    expect((await post("/shipping/dearer/skip")).status).toBe(303);
    await expect.poll(held, shown).toEqual([]);
    expect(await get("/cart/dearer")).toContain(">To be shipped</span>");
    expect(await get("/")).toContain("None: what is paid is shipped.");

    // Somebody was faster, or there never was one.
    for (const id of ["dear", "dearer", "cheap", "nobody"])
      for (const act of ["insure", "skip"]) expect((await post(`/shipping/${id}/${act}`)).status).toBe(409);
    expect((await post("/shipping/a%20b/skip")).status).toBe(404);
    expect(await shop.shipping.parcels.state("dear")).toMatchObject({ version: 2, state: { shipped: true } });
    expect(await shop.shipping.parcels.state("dearer")).toMatchObject({ version: 0 });
  });

  it("changes nothing without the token of its page, or by a link", { timeout: 60_000 }, async () => {
    const { app } = start(open());
    const { buy, held, get, cookie, token } = await visit(app);
    await buy("dear", "5000");
    await expect.poll(held, shown).toEqual(["dear"]);
    const body = new URLSearchParams({ token });
    for (const act of ["insure", "skip"]) {
      const path = `/shipping/dear/${act}`;
      expect(
        (await app.request(path, { method: "POST", headers: { cookie }, body: new URLSearchParams() })).status,
      ).toBe(403);
      expect((await app.request(path, { method: "POST", body })).status).toBe(403);
      await get(path);
    }
    expect(await held()).toEqual(["dear"]);
  });

  it("goes on after a restart, with what is held, and ships nothing twice", { timeout: 60_000 }, async () => {
    const store = open();
    const first = start(store);
    const { buy, held, get } = await visit(first.app);
    await buy("dear", "5000");
    await buy("cheap", "10");
    await expect.poll(held, shown).toEqual(["dear"]);
    await expect.poll(() => get("/cart/cheap"), shown).toContain(">Shipped</span>");
    first.end();

    const second = start(store);
    const later = await visit(second.app);
    expect(await later.held()).toEqual(["dear"]);
    await later.post("/shipping/dear/insure");
    await expect.poll(() => later.get("/cart/dear"), shown).toContain(">Shipped</span>");
    expect(await second.shop.shipping.parcels.state("cheap")).toMatchObject({ version: 1 });
    expect(await second.shop.shipping.parcels.state("dear")).toMatchObject({ version: 2 });
  });
});

it("shows live what is held, escaped as everything is", { timeout: 60_000 }, async () => {
  const [memory] = eachStore;
  const { app, shop } = start(memory![1]());
  const { buy, get, post } = await visit(app);
  const live = await app.request("/live");
  const reader = live.body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel());
  const until = async (text: string): Promise<string> => {
    for (let all = ""; ; ) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`It ended without ${text}: ${all}`);
      all += value;
      if (all.includes(text)) return all;
    }
  };
  await until("0 held");
  await buy("dear", "5000");
  // The cause has quotes of its own.
  expect(await until("1 held")).toContain("&quot;parcel&quot; &quot;dear&quot; refused command 1 of 1");
  expect(await get("/")).not.toContain('"parcel" "dear"');
  await post("/shipping/dear/skip");
  await until("0 held");
  expect((await shop.shipping.broker.blockedStreams()).items).toEqual([]);
});
