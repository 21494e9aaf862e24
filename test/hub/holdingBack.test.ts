/** Destinations with a rate and with a breaker, on each store, by the clock of the machine; and what is no rate and no breaker. */
import { of, throwError } from "rxjs";
import { Complete, type DestinationOptions, destination, type Handler, hub, webhook } from "sluice/hub";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { all, allTo, completes, tell } from "./scene.js";

const heldBy = (store: Store, options: DestinationOptions, work: Handler<unknown>) => {
  const ran: Array<number> = [];
  const held = hub(store, {
    name: "h",
    routes: allTo("A", { maxRetries: 0 }),
    destinations: {
      A: destination((event, context) => {
        ran.push(performance.now());
        return work(event, context);
      }, options),
    },
  });
  return { held, ran };
};

const some = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, n) => n);

describe.each(mostStores())("on %s", (_, open) => {
  it("a rate is kept by each run and each face of a process together", async () => {
    const store = open();
    const { held, ran } = heldBy(store, { ratePerSecondMax: 20 }, () => of(Complete));
    await held.emit(some(50));
    const runs = [collect(held.run()), collect(held.run())];
    await expect.poll(() => ran.length, { timeout: 8_000, interval: 20 }).toBe(50);
    // A busy machine may lie between the begin and its handler, but not for a tenth of a second.
    for (const [i, atMs] of ran.entries())
      expect(ran.slice(i).filter((other) => other < atMs + 900).length).toBeLessThanOrEqual(20);
    await expect.poll(async () => (await held.counts()).A.complete, { interval: 20 }).toBe(50);
    for (const run of runs) run.stop();
    expect(new Set((await all(held)).map(tell))).toEqual(new Set(["complete, 1 of 1: complete"]));
  });

  it("what a breaker holds back is in the store, for other processes, and comes when it has closed", async () => {
    const store = open();
    let isDown = true;
    const { held, ran } = heldBy(store, { concurrency: 4, breakAfter: 4, breakMs: 400 }, () =>
      isDown ? throwError(() => new Error("down")) : of(Complete),
    );
    const told = collect(held.events$);
    await held.emit(some(30));
    const run = collect(held.run());
    await told.until(1);
    const failed = ran.length;
    await expect
      .poll(() => store.stats("sluice.hub/A/h"), { interval: 10 })
      .toMatchObject({ leased: 0, ready: 30 - failed });
    expect(failed).toBeLessThanOrEqual(7);
    await told.until(2);
    isDown = false;
    await run.until(30);
    run.stop();
    const tags = told.seen.map(({ _tag }) => _tag);
    expect([tags[0], tags.at(-1)]).toEqual(["BreakerOpened", "BreakerClosed"]);
    expect(tags.slice(0, -1).every((tag) => tag === "BreakerOpened")).toBe(true);
    const { failed: lost, complete } = (await held.counts()).A;
    expect(lost + complete).toBe(30);
    expect(lost).toBe(failed + tags.length - 2);
  });

  it("a run that is stopped or left while its breaker is open has nothing in hand", async () => {
    const store = open();
    const { held } = heldBy(store, { concurrency: 1, breakAfter: 1, breakMs: 60_000 }, () => throwError(() => "down"));
    await held.emit(some(5));
    const run = collect(held.run());
    await run.until(1);
    const stopped = collect(held.run({ stop$: of("now") }));
    await expect.poll(() => stopped.end, { interval: 10 }).toEqual({ completed: true });
    run.stop();
    await expect.poll(() => store.stats("sluice.hub/A/h"), { interval: 10 }).toMatchObject({ leased: 0, ready: 4 });
    const other = collect(hub(store, { name: "h", routes: allTo("A"), destinations: { A: completes } }).run());
    await other.until(4);
    other.stop();
  });
});

describe("a rate and a breaker", () => {
  it.each<[option: string, options: DestinationOptions]>([
    ["ratePerSecondMax", { ratePerSecondMax: 0 }],
    ["ratePerSecondMax", { ratePerSecondMax: -1 }],
    ["ratePerSecondMax", { ratePerSecondMax: 0.0009 }],
    ["ratePerSecondMax", { ratePerSecondMax: 1.5 }],
    ["ratePerSecondMax", { ratePerSecondMax: 10_001 }],
    ["ratePerSecondMax", { ratePerSecondMax: Number.POSITIVE_INFINITY }],
    ["ratePerSecondMax", { ratePerSecondMax: Number.NaN }],
    ["ratePerSecondMax", { ratePerSecondMax: "5" as never }],
    ["breakAfter", { breakAfter: 0 }],
    ["breakAfter", { breakAfter: 1.5 }],
    ["breakAfter", { breakAfter: Number.POSITIVE_INFINITY }],
    ["breakMs", { breakAfter: 1, breakMs: -1 }],
    ["breakMs", { breakAfter: 1, breakMs: Number.POSITIVE_INFINITY }],
    ["breakMs", { breakAfter: 1, breakMs: 3_000_000_000 }],
    ["breakMs", { breakMs: 1_000 }],
  ])("are refused with a wrong %s: %o", (option, options) => {
    const refused: unknown = expect.objectContaining({ _tag: "InvalidConfig", option });
    expect(() => destination(completes, options)).toThrow(refused);
    expect(() => webhook("https://partner.example", options)).toThrow(refused);
  });

  it("stand with the other options, as they were given", () => {
    const options = { ratePerSecondMax: 0.001, breakAfter: 1, breakMs: 0 };
    expect(destination(completes, options).options).toMatchObject(options);
    expect(webhook("https://partner.example", options).options).toMatchObject({ ...options, timeoutMs: 5_000 });
  });
});
