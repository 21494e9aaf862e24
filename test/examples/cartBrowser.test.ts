/** The pages of the cart in a real Chromium: live, by keyboard, without script, in each scheme and width, and across restarts. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { memoryStore } from "sluice/memory";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { serveShop } from "../../examples/cart/serveShop.js";
import { startChromium } from "../support/chromium.js";
import { startRedisServer } from "../support/redisServer.js";
import { type Running, startExample } from "./runExample.js";

const timeout = 60_000;
/** How long a page has to show what is awaited. */
const showMsMax = 10_000;

let browser: Browser;
beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser.close());

/** The shop on memory, until the test ends. */
const serve = async (): Promise<string> => {
  const server = await serveShop(memoryStore(), { host: "127.0.0.1", port: 0 });
  onTestFinished(server.close);
  return server.url;
};

/** A visitor with a tab, and what the browser complained of. */
const visitor = async (options: BrowserContextOptions = {}) => {
  const context = await browser.newContext({ viewport: { width: 1180, height: 860 }, ...options });
  onTestFinished(() => context.close());
  context.setDefaultTimeout(showMsMax);
  const complaints: Array<string> = [];
  const tab = async (url: string): Promise<Page> => {
    const page = await context.newPage();
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    page.on("console", (message) => {
      // A refused command is an answer of 409, which the console tells as well.
      if (message.type() === "error" && !message.text().includes("409")) complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  };
  return { tab, complaints };
};

const line = (page: Page, sku: string) => page.locator("#now tbody tr").filter({ hasText: sku });
const shows = (page: Page, selector: string, text: string) =>
  page.locator(selector).filter({ hasText: text }).first().waitFor();

const add = async (page: Page, sku: string, price: string, qty = "1"): Promise<void> => {
  await page.fill("#sku", sku);
  await page.fill("#qty", qty);
  await page.fill("#price", price);
  await page.click("#add-button");
  await line(page, sku).waitFor();
};

/** Presses Tab until this has the focus. */
const tabTo = async (page: Page, selector: string): Promise<void> => {
  for (let n = 0; n < 40; n += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
  }
  throw new Error(`Tab never reaches ${selector}`);
};

describe("two tabs", () => {
  it("see each other's change live, and the dashboard sees both", { timeout }, async () => {
    const url = await serve();
    const ann = await visitor();
    const bob = await visitor();
    const here = await ann.tab(`${url}/cart/both`);
    const there = await bob.tab(`${url}/cart/both`);
    const dashboard = await bob.tab(url);
    await shows(dashboard, "#total", "€0.00");

    // What is typed in the one stays, and the focus too, while the other changes the cart.
    await there.fill("#sku", "half a wo");
    await add(here, "Green tea", "4.50", "2");
    await line(there, "Green tea").waitFor();
    expect(await there.inputValue("#sku")).toBe("half a wo");
    expect(await there.evaluate("document.activeElement.id")).toBe("sku");
    await shows(there, "#history", "2 × Green tea at €4.50");
    await shows(dashboard, "#carts", "both");

    await add(there, "Tea pot", "32");
    await line(here, "Tea pot").waitFor();
    await there.getByRole("button", { name: "Remove Green tea" }).click();
    await line(here, "Green tea").waitFor({ state: "detached" });

    await here.getByRole("button", { name: "Complete purchase" }).click();
    await shows(there, "#now .badge", "Paid");
    expect(await there.locator("#add").isVisible()).toBe(false);
    await shows(dashboard, "#total", "€32.00");
    await dashboard.locator("#revenue svg circle").waitFor();
    // Nobody has loaded a page anew.
    expect(await there.evaluate("performance.getEntriesByType('navigation')[0].type")).toBe("navigate");
    expect([...ann.complaints, ...bob.complaints]).toEqual([]);
  });

  it("agree about who was first", { timeout }, async () => {
    const url = await serve();
    const { tab } = await visitor();
    const here = await tab(`${url}/cart/race`);
    const there = await tab(`${url}/cart/race`);
    await add(here, "Milk jug", "18");
    await there.fill("#sku", "Milk jug");
    await there.fill("#price", "17");
    await there.press("#price", "Enter");
    await shows(there, "#notice", "Product already in cart!");
    expect(await there.inputValue("#price")).toBe("17");
    await shows(there, "#history .badge", "version 1");
    // The next one that is taken ends the notice.
    await add(there, "Tea pot", "32");
    await there.locator("#notice .notice").waitFor({ state: "detached" });
  });
});

describe("the slider", () => {
  it("shows the cart at any version by arrow keys, and stays there while the cart goes on", { timeout }, async () => {
    const url = await serve();
    const { tab, complaints } = await visitor();
    const page = await tab(`${url}/cart/past`);
    for (const sku of ["tea", "pot", "jug"]) await add(page, sku, "1");
    await page.reload();
    await tabTo(page, "#version");
    await page.keyboard.press("ArrowLeft");
    await shows(page, "#replayed .at", "Version 2");
    expect(await page.locator("#replayed tbody tr").count()).toBe(2);
    expect(await page.evaluate("document.activeElement.id")).toBe("version");
    await page.keyboard.press("Home");
    await shows(page, "#replayed", "Nothing in it.");
    await page.keyboard.press("ArrowRight");
    await shows(page, "#replayed .at", "Version 1");

    const other = await tab(`${url}/cart/past`);
    await add(other, "filter", "1");
    await line(page, "filter").waitFor();
    await shows(page, "#replayed .at", "Version 1");
    expect([await page.inputValue("#version"), await page.getAttribute("#version", "max")]).toEqual(["1", "4"]);
    await page.locator("#version").press("End");
    await shows(page, "#replayed .at", "Version 4");

    await page.locator("#history a", { hasText: "pot" }).click();
    await shows(page, "#replayed .at", "Version 2");
    expect(complaints).toEqual([]);
  });
});

describe("a form", () => {
  it("comes back with what was typed where it is refused, or where nobody answers", { timeout }, async () => {
    const server = await serveShop(memoryStore(), { host: "127.0.0.1", port: 0 });
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closing ??= server.close();
      return closing;
    };
    onTestFinished(close);
    const { tab } = await visitor();
    const page = await tab(`${server.url}/cart/typed`);
    await page.fill("#sku", "tea");
    await page.fill("#price", "free");
    await page.press("#price", "Enter");
    await shows(page, "#notice", "A price is 0 or more");
    expect([await page.inputValue("#sku"), await page.inputValue("#price")]).toEqual(["tea", "free"]);
    await page.fill("#price", "0");
    await page.press("#price", "Enter");
    await line(page, "tea").waitFor();
    expect([await page.inputValue("#sku"), await page.inputValue("#price")]).toEqual(["", ""]);

    // Another tab has lost its cookie, as after a purge of them.
    await page.context().clearCookies();
    await page.getByRole("button", { name: "Remove tea" }).click();
    await shows(page, "#notice", "load the page again");
    await page.reload();

    await close();
    await page.fill("#sku", "pot");
    await page.fill("#price", "3");
    await page.press("#price", "Enter");
    await shows(page, "#notice", "The shop does not answer");
    expect([await page.inputValue("#sku"), await page.inputValue("#price")]).toEqual(["pot", "3"]);
  });
});

describe("the keyboard alone", () => {
  it("opens a cart, fills it, empties it and pays", { timeout }, async () => {
    const url = await serve();
    const { tab, complaints } = await visitor();
    const page = await tab(url);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL("**#content");
    await tabTo(page, "#id");
    await page.keyboard.type("keys");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/cart/keys");

    await tabTo(page, "#sku");
    for (const sku of ["tea", "pot"]) {
      // The form is free for the next product, and where it begins.
      await page.waitForFunction("document.activeElement.id === 'sku' && document.activeElement.value === ''");
      await page.keyboard.type(sku);
      await tabTo(page, "#price");
      await page.keyboard.type("2.50");
      await page.keyboard.press("Enter");
      await line(page, sku).waitFor();
    }
    await tabTo(page, '[aria-label="Remove tea"]');
    // Whoever tabs sees where: an outline, not a colour alone.
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    await page.keyboard.press("Enter");
    await line(page, "tea").waitFor({ state: "detached" });
    await tabTo(page, "#now button.primary");
    await page.keyboard.press("Space");
    await shows(page, "#now .badge", "Paid");
    await shows(page, "#history", "€2.50");
    expect(complaints).toEqual([]);
  });
});

describe("without script", () => {
  it("everything works but what is live", { timeout }, async () => {
    const url = await serve();
    const { tab } = await visitor({ javaScriptEnabled: false });
    const page = await tab(url);
    await page.fill("#id", "plain");
    await page.getByRole("button", { name: "Open" }).click();
    await page.waitForURL("**/cart/plain");
    await add(page, "tea", "4.50", "2");
    await add(page, "pot", "32");
    await page.fill("#sku", "pot");
    await page.fill("#price", "1");
    await page.click("#add-button");
    await shows(page, "#notice", "Product already in cart!");
    expect(await page.inputValue("#sku")).toBe("pot");
    await page.getByRole("button", { name: "Remove pot" }).click();
    await line(page, "pot").waitFor({ state: "detached" });
    await page.locator("#version").press("Home");
    await page.locator("#version").press("ArrowRight");
    await page.getByRole("button", { name: "Show" }).click();
    await page.waitForURL("**?version=1");
    await shows(page, "#replayed .at", "Version 1");
    await page.getByRole("button", { name: "Complete purchase" }).click();
    await shows(page, "#now .badge", "Paid");
    await page.getByRole("link", { name: "Dashboard" }).click();
    await shows(page, "#total", "€9.00");
    await page.locator("svg.chart circle").waitFor();
  });
});

describe("what it looks like", () => {
  it("fits every width in both schemes, and runs nothing that a visitor wrote", { timeout }, async () => {
    const url = await serve();
    const { tab, complaints } = await visitor();
    const page = await tab(`${url}/cart/look`);
    await add(page, `<img src=x onerror=alert(1)>`, "99999.99", "999");
    await add(page, "W".repeat(40), "1");
    // It is worth too much to be shipped: the dashboard has what people may do about it.
    await page.getByRole("button", { name: "Complete purchase" }).click();
    const dashboard = await tab(url);
    await shows(dashboard, "#held", "without insurance");
    const paths = ["/", "/cart/look", "/cart/empty", "/nowhere"];
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      for (const width of [320, 380, 700, 1_180]) {
        await page.setViewportSize({ width, height: 800 });
        for (const path of paths) {
          await page.goto(`${url}${path}`);
          expect([width, path, await page.evaluate("document.documentElement.scrollWidth - innerWidth")]).toEqual([
            width,
            path,
            0,
          ]);
        }
      }
      const channels = await page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)",
      );
      const bright = (channels as ReadonlyArray<number>).every((channel) => channel > 200);
      expect([colorScheme, bright]).toEqual([colorScheme, colorScheme === "light"]);
    }
    await dashboard.getByRole("button", { name: "Insure the parcel of look" }).click();
    await shows(dashboard, "#held", "None: what is paid is shipped.");
    await shows(page, "h1", "There is nothing here");
    await page.goto(`${url}/cart/look`);
    await shows(page, "#now .badge", "Shipped");
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
  });
});

describe("on Redis", () => {
  const freePort = async (): Promise<number> => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const address = probe.address();
    probe.close();
    await once(probe, "close");
    if (address === null || typeof address === "string") throw new Error("A port was asked for");
    return address.port;
  };

  it("nothing is lost where the shop and Redis are killed, and open pages go on", { timeout: 120_000 }, async () => {
    const redis = await startRedisServer({ appendonly: true });
    onTestFinished(redis.stop);
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const start = async (): Promise<Running> => {
      const shop = startExample("cart/main.ts", ["--redis", redis.url, "--port", String(port)]);
      await shop.said("is open at");
      return shop;
    };
    const shop = await start();
    const { tab } = await visitor();
    const cart = await tab(`${url}/cart/kept`);
    await add(cart, "tea", "4.50", "2");
    await add(cart, "pot", "32");
    const paid = await tab(`${url}/cart/paid`);
    await add(paid, "jug", "18");
    await paid.getByRole("button", { name: "Complete purchase" }).click();
    const dashboard = await tab(url);
    await shows(dashboard, "#total", "€18.00");
    await shows(dashboard, "#revenue .badge", "1 paid cart");

    shop.kill9();
    await shop.ended;
    await redis.kill9();
    await redis.restart();
    const again = await start();

    // A page that was open connects by itself, and its forms are good.
    await add(cart, "filter", "1");
    const other = await tab(`${url}/cart/kept`);
    for (const sku of ["tea", "pot", "filter"]) await line(other, sku).waitFor();
    await shows(other, "#history .badge", "version 3");
    await other.goto(url);
    await shows(other, "#total", "€18.00");
    await shows(other, "#revenue .badge", "1 paid cart");

    await cart.getByRole("button", { name: "Complete purchase" }).click();
    await shows(dashboard, "#total", "€60.00");
    await shows(dashboard, "#revenue .badge", "2 paid carts");

    again.terminate();
    expect(await again.ended).toMatchObject({ code: 0, stdout: expect.stringContaining("closed\n") as string });
  });
});
