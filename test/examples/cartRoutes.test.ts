/** The web application as a function from requests to answers, on memory. */
import type { Hono } from "hono";
import { Subject, switchMap, timer } from "rxjs";
import { memoryStore } from "sluice/memory";
import { fromOne, viewOf } from "sluice/store";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Dashboard, watchDashboard } from "../../examples/cart/dashboard.js";
import { openShop } from "../../examples/cart/Shop.js";
import { createApp } from "../../examples/cart/web/app.js";
import { liveStream } from "../../examples/cart/web/liveStream.js";
import { bodyBytesMax } from "../../examples/cart/web/protect.js";
import type { WithToken } from "../../examples/cart/web/token.js";

interface Opened {
  readonly app: Hono<WithToken>;
  readonly shop: ReturnType<typeof openShop>;
  readonly closed$: Subject<void>;
}

const open = (): Opened => {
  const store = memoryStore();
  const shop = openShop(store);
  const closed$ = new Subject<void>();
  const running = shop.run(closed$).subscribe();
  onTestFinished(async () => {
    closed$.next();
    running.unsubscribe();
    await store.close();
  });
  return { app: createApp(shop, closed$), shop, closed$ };
};

/** A browser without script: it keeps the cookie, and sends forms with what is in them. */
const visit = async (app: Hono<WithToken>, path = "/cart/c-1") => {
  const first = await app.request(path);
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
  const token = /name="token" value="([^"]*)"/.exec(await first.text())?.[1] ?? "";
  const get = (at: string) => app.request(at, { headers: { cookie } });
  const post = (at: string, fields: Readonly<Record<string, string>> = {}) =>
    app.request(at, { method: "POST", headers: { cookie }, body: new URLSearchParams({ token, ...fields }) });
  const add = (sku: string, qty = "1", price = "10") => post("/cart/c-1", { sku, qty, price });
  return { cookie, token, get, post, add };
};

/** The text of the notice on a page. */
const noticeOf = async (answer: Response): Promise<string | undefined> =>
  /<p class="notice">(.*?)<\/p>/.exec(await answer.text())?.[1];

/** Reads parts of a stream until one has this text. */
const readUntil = async (answer: Response, text: string): Promise<string> => {
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  onTestFinished(() => reader.cancel());
  for (let all = ""; ; ) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`It ended without ${text}: ${all}`);
    all += value;
    if (all.includes(text)) return all;
  }
};

describe("a cart's page", () => {
  it("is there before the cart is, and adding makes the cart", async () => {
    const { app, shop } = open();
    const { get, add } = await visit(app);
    expect(await (await get("/cart/c-1")).text()).toContain("Nothing in it.");
    expect(await shop.carts.state("c-1")).toMatchObject({ version: 0 });

    const added = await add("Green tea", "2", "4.50");
    expect([added.status, added.headers.get("location")]).toEqual([303, "/cart/c-1"]);
    expect(await shop.carts.state("c-1")).toMatchObject({
      version: 1,
      state: { lines: [{ sku: "Green tea", qty: 2, price: 450 }], paid: false },
    });
    const page = await (await get("/cart/c-1")).text();
    expect(page).toContain("Green tea");
    expect(page).toContain("€9.00");
  });

  it("says why a command is refused, and keeps what was typed", async () => {
    const { app } = open();
    const { add, post } = await visit(app);
    await add("tea");
    const twice = await add("tea", "7", "3.20");
    expect(twice.status).toBe(409);
    const page = await twice.text();
    expect(page).toContain('<p class="notice">Product already in cart!</p>');
    for (const typed of ["tea", "7", "3.20"]) expect(page).toContain(`value="${typed}"`);

    const missing = await post("/cart/c-1/pot", { _method: "DELETE" });
    expect([missing.status, await noticeOf(missing)]).toEqual([409, "Product not in cart!"]);

    expect((await post("/cart/c-1/pay")).status).toBe(303);
    for (const [answer, text] of [
      [await add("pot"), "Cannot add to a paid cart!"],
      [await post("/cart/c-1/tea", { _method: "DELETE" }), "Cannot remove from a paid cart!"],
      [await post("/cart/c-1/pay"), "Cart is already paid!"],
    ] as const)
      expect([answer.status, await noticeOf(answer)]).toEqual([409, text]);
  });

  it("removes by DELETE, with the token in a header, and by a form that says so", async () => {
    const { app, shop } = open();
    const { add, post, cookie, token } = await visit(app);
    await add("tea");
    await add("a/b?c#d%");
    await add("pay");
    const deleted = await app.request("/cart/c-1/tea", {
      method: "DELETE",
      headers: { cookie, "x-csrf-token": token },
    });
    expect(deleted.status).toBe(303);
    expect((await post(`/cart/c-1/${encodeURIComponent("a/b?c#d%")}`, { _method: "DELETE" })).status).toBe(303);
    // A product may have the name of another route.
    expect((await post("/cart/c-1/pay", { _method: "DELETE" })).status).toBe(303);
    expect(await shop.carts.state("c-1")).toMatchObject({ version: 6, state: { lines: [], paid: false } });
  });

  it.each([
    ["a price below 0", { sku: "tea", qty: "1", price: "-1" }, "A price is 0 or more"],
    ["a price that is none", { sku: "tea", qty: "1", price: "1e3" }, "A price is 0 or more"],
    ["no piece", { sku: "tea", qty: "0", price: "1" }, "A quantity is a whole number from 1 to 999."],
    ["too many pieces", { sku: "tea", qty: "1000", price: "1" }, "A quantity is a whole number from 1 to 999."],
    ["no name", { sku: " ", qty: "1", price: "1" }, "A product has 1 to 40 characters"],
    ["a long name", { sku: "x".repeat(41), qty: "1", price: "1" }, "A product has 1 to 40 characters"],
    ["a name that cannot be seen", { sku: "a\u0000b", qty: "1", price: "1" }, "A product has 1 to 40 characters"],
    ["a name that is another address", { sku: "..", qty: "1", price: "1" }, "A product has 1 to 40 characters"],
    ["a missing field", { sku: "tea", qty: "1" }, "A price is 0 or more"],
  ])("refuses %s", async (_, fields, text) => {
    const { app, shop } = open();
    const { post } = await visit(app);
    const answer = await post("/cart/c-1", fields);
    expect([answer.status, await noticeOf(answer)]).toEqual([400, expect.stringContaining(text)]);
    expect(await shop.carts.state("c-1")).toMatchObject({ version: 0 });
  });

  it("shows the cart as it was at any version", async () => {
    const { app } = open();
    const { get, add } = await visit(app);
    for (const sku of ["tea", "pot", "jug"]) await add(sku);
    const replayedAt = async (query: string): Promise<string> =>
      /<div id="replayed"[\s\S]*?<\/div>/.exec(await (await get(`/cart/c-1${query}`)).text())?.[0] ?? "";
    const at2 = await replayedAt("?version=2");
    expect(at2).toContain("<strong>2</strong>");
    expect([at2.includes("pot"), at2.includes("jug")]).toEqual([true, false]);
    expect(await replayedAt("?version=0")).toContain("Nothing in it.");
    for (const query of ["", "?version=99", "?version=x"])
      expect(await replayedAt(query)).toContain("<strong>3</strong>");
  });

  it("leads from a name to its cart, and from none to a new one, without making it", async () => {
    const { app, shop } = open();
    expect((await app.request("/cart?id=ann")).headers.get("location")).toBe("/cart/ann");
    const somewhere = (await app.request("/cart")).headers.get("location") ?? "";
    expect(somewhere).toMatch(/^\/cart\/[0-9a-f]{8}$/);
    expect((await app.request(somewhere)).status).toBe(200);
    expect(await shop.carts.state(somewhere.slice("/cart/".length))).toMatchObject({ version: 0 });
    expect((await app.request("/cart?id=a%20b")).status).toBe(400);
    expect((await app.request("/cart/a%20b")).status).toBe(404);
    expect((await app.request("/nowhere")).status).toBe(404);
  });
});

describe("what is shown", () => {
  it("is escaped, wherever it comes from", async () => {
    const { app } = open();
    const { get, add } = await visit(app);
    const evil = `<b onclick="x('&')">tea</b>`;
    expect((await add(evil)).status).toBe(303);
    const refused = await (await add(evil, "1", `"><script>alert(1)</script>`)).text();
    for (const page of [await (await get("/cart/c-1")).text(), refused]) {
      expect(page).not.toContain("<b onclick");
      expect(page).not.toContain("<script>alert");
      expect(page).toContain("&lt;b onclick=&quot;x(&#39;&amp;&#39;)&quot;&gt;tea&lt;/b&gt;");
    }
    expect(await (await app.request("/cart/%3Cscript%3E")).text()).not.toContain("<script>");
  });

  it("has no script and no style inline, and a policy that allows none", async () => {
    const { app } = open();
    const { get, add } = await visit(app);
    await add("tea");
    for (const path of ["/", "/cart/c-1"]) {
      const answer = await get(path);
      const policy = answer.headers.get("content-security-policy") ?? "";
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
      expect(policy).not.toContain("unsafe");
      expect(answer.headers.get("cache-control")).toBe("no-store");
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      const page = await answer.text();
      expect(page).not.toMatch(/ style=|<style| on[a-z]+=|hx-on|javascript:/);
      expect(page.match(/<script[^>]*>/g)?.every((script) => script.includes('src="/assets/'))).toBe(true);
    }
  });

  it("comes from here, the scripts too", async () => {
    const { app } = open();
    for (const [name, type, part] of [
      ["htmx.js", "text/javascript", "htmx"],
      ["sse.js", "text/javascript", "hx-sse"],
      ["shop.js", "text/javascript", "#add form"],
      ["style.css", "text/css", "prefers-color-scheme"],
      ["icon.svg", "image/svg+xml", "<svg"],
    ] as const) {
      const answer = await app.request(`/assets/${name}`);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, expect.stringContaining(type)]);
      expect(await answer.text()).toContain(part);
    }
  });
});

describe("a form", () => {
  it("is refused without the token of its page, and changes nothing", async () => {
    const { app, shop } = open();
    const { cookie, token, post } = await visit(app);
    const other = await visit(app);
    const fields = { sku: "tea", qty: "1", price: "1" };
    const send = (headers: Readonly<Record<string, string>>, body: Readonly<Record<string, string>>) =>
      app.request("/cart/c-1", { method: "POST", headers, body: new URLSearchParams({ ...fields, ...body }) });
    const refused = [
      await send({ cookie }, {}),
      await send({}, { token }),
      await send({ cookie }, { token: other.token }),
      await send({ cookie: "cart-token=" }, { token: "" }),
      await send({ cookie: "cart-token=x" }, { token: "x" }),
      await app.request("/cart/c-1/tea", { method: "DELETE", headers: { cookie } }),
    ];
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect(await shop.carts.state("c-1")).toMatchObject({ version: 0 });
    expect((await post("/cart/c-1", fields)).status).toBe(303);
  });

  it("has a cookie that scripts and other sites do not have", async () => {
    const { app } = open();
    const cookie = (await app.request("/cart/c-1")).headers.get("set-cookie") ?? "";
    expect(cookie).toMatch(/^cart-token=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect((await app.request("https://shop.example/cart/c-1")).headers.get("set-cookie")).toContain("Secure");
    // It is kept: pages that are open stay good.
    const { get } = await visit(app);
    expect((await get("/cart/c-2")).headers.get("set-cookie")).toBeNull();
  });

  it("is not larger than it need be", async () => {
    const { app } = open();
    const { post } = await visit(app);
    const large = await post("/cart/c-1", { sku: "x".repeat(bodyBytesMax), qty: "1", price: "1" });
    expect(large.status).toBe(413);
  });

  it("is a plain form: what is none, or has files, is not read", async () => {
    const { app } = open();
    const { cookie, token } = await visit(app);
    for (const type of ["multipart/form-data; boundary=x", "multipart/form-data", "application/json", "text/plain"]) {
      const headers = { cookie, "x-csrf-token": token, "content-type": type };
      expect((await app.request("/cart/c-1", { method: "POST", headers, body: "none" })).status).toBe(415);
    }
  });

  it("is no link: what only asks changes nothing", async () => {
    const { app, shop } = open();
    const { add, get } = await visit(app);
    await add("tea");
    for (const path of ["/cart/c-1/pay", "/cart/c-1/tea", "/cart/c-1?_method=DELETE", "/cart/c-1/tea?_method=DELETE"])
      await get(path);
    expect(await shop.carts.state("c-1")).toMatchObject({ version: 1, state: { paid: false } });
  });
});

describe("what is live", () => {
  it("tells the cart now, and at each change", async () => {
    const { app } = open();
    const { get, add, token } = await visit(app);
    const live = await get("/cart/c-1/live?version=0");
    expect(live.headers.get("content-type")).toContain("text/event-stream");
    const telling = readUntil(live, "Oat biscuits");
    await add("Oat biscuits");
    const told = await telling;
    // The forms in it are those of whoever watches.
    expect(told).toContain(`name="token" value="${token}"`);
    expect(told.split("\n").every((line) => line === "" || line.startsWith("data: "))).toBe(true);
    expect((await get("/cart/c-1/live")).status).toBe(400);
  });

  it("holds one part for who reads slowly, the latest, and ends with its source or its reader", async () => {
    const parts$ = new Subject<string>();
    const reader = liveStream({ method: "GET" }, parts$).body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let n = 1; n <= 1_000; n += 1) parts$.next(`part ${n}\nof it`);
    const read: Array<string | undefined> = [];
    for (let last = ""; !last.includes("part 1000\n"); ) {
      last = (await reader.read()).value ?? "";
      read.push(last);
    }
    // What the two streams between them hold, and no more.
    expect(read.length).toBeLessThan(6);
    expect(read.at(-1)).toBe("data: part 1000\ndata: of it\n\n");
    parts$.next("one more");
    expect((await reader.read()).value).toBe("data: one more\n\n");
    parts$.complete();
    expect((await reader.read()).done).toBe(true);

    const left$ = new Subject<string>();
    const body = liveStream({ method: "GET" }, left$).body!;
    expect(left$.observed).toBe(true);
    await body.cancel();
    expect(left$.observed).toBe(false);
  });

  it("listens to nothing for who only asks what it would be", async () => {
    const { app } = open();
    for (const path of ["/live", "/cart/c-1/live?version=0"]) {
      const asked = await app.request(path, { method: "HEAD" });
      expect([asked.status, asked.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    }
    const unread$ = new Subject<string>();
    expect(liveStream({ method: "HEAD" }, unread$).body).toBeNull();
    expect(unread$.observed).toBe(false);
  });

  it("reads the dashboard again with what came last, however much came while it was read", async () => {
    const store = memoryStore();
    let reads = 0;
    // Each page of the list takes as long as many events.
    const slow = viewOf(store, {
      pageRecords: (request) => {
        reads += 1;
        return fromOne(timer(300).pipe(switchMap(() => store.pageRecords(request))));
      },
    });
    const shop = openShop(slow);
    const running = shop.run().subscribe();
    let last: Dashboard | undefined;
    const watching = watchDashboard(shop).subscribe((dashboard) => {
      last = dashboard;
    });
    onTestFinished(async () => {
      watching.unsubscribe();
      running.unsubscribe();
      await store.close();
    });
    const { carts } = openShop(slow);
    for (let n = 1; n <= 20; n += 1) {
      await carts.handle("c-1", { type: "AddToCart", sku: `tea ${n}`, qty: 1, price: 1 });
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await expect.poll(() => last?.carts[0]?.cart.lines.length, { timeout: 5_000 }).toBe(20);
    // Twenty events, 60 ms apart, are some four reads long, and not twenty.
    expect(reads).toBeLessThan(12);
  });

  it("tells the revenue of all carts, and who they are", async () => {
    const { app, closed$ } = open();
    const { get, add, post } = await visit(app);
    const live = await get("/live");
    const telling = readUntil(live, "€41.00</p>");
    await add("tea", "2", "4.50");
    await add("pot", "1", "32");
    await post("/cart/c-1/pay");
    expect(await telling).toContain('<a href="/cart/c-1">c-1</a>');
    expect(await (await get("/")).text()).toContain("1 paid cart<");

    const closing = await get("/live");
    closed$.next();
    expect(await closing.text()).not.toContain("undefined");
  });
});
