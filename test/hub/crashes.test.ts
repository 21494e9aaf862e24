/** Processes that die between any two calls, replies that get lost, and handlers that kill. */
import { NEVER } from "rxjs";
import { Complete, defineRoutes, type Handler, hub } from "sluice/hub";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { dyingAt } from "../stores/dyingAt.js";
import { mostStores } from "../stores/eachStore.js";
import { all, completes, errorsOf, hubOn, tell } from "./scene.js";

const LEASE_MS = 1_000;

const routes = defineRoutes({
  defaultMaxRetries: 2,
  defaultRetryDelay: { type: "constant", interval: 0 },
  routes: [
    { condition: { allOf: [] }, destination: "A" },
    { condition: { allOf: [] }, destination: "B" },
  ],
});
const twoOn = (store: Store, handler: Handler<unknown>, leaseMs = LEASE_MS) =>
  hub(store, { name: "h", routes, leaseMs, destinations: { A: handler, B: handler } });

const CALLS: ReadonlyArray<readonly [number, "before" | "after"]> = [1, 2, 3].flatMap((call) => [
  [call, "before"] as const,
  [call, "after"] as const,
]);

/** No dispatch without its event, none without its message, none that its event does not know. */
const isWhole = async (store: Store, of: ReturnType<typeof twoOn>): Promise<void> => {
  const dispatches = await all(of);
  const events = (await of.listEvents({ limit: 1_000 })).items;
  expect(events.flatMap((event) => event.dispatches.map(({ id }) => id)).sort()).toEqual(
    dispatches.map(({ id }) => id).sort(),
  );
  const stats = await Promise.all(["A", "B"].map((name) => store.stats(`sluice.hub/${name}/h`)));
  const ongoing = dispatches.filter(({ status }) => status === "ongoing").length;
  const pending = stats.reduce((sum, { enqueued, acked }) => sum + enqueued - acked, 0);
  expect([stats.reduce((sum, { enqueued }) => sum + enqueued, 0), pending]).toEqual([dispatches.length, ongoing]);
};

describe.each(mostStores())("an emit on %s", (_, open) => {
  it.each(CALLS)(
    "whose process dies at call %i, %s the store has it, is done whole or not at all",
    async (call, when) => {
      const store = open();
      await twoOn(store, completes).emit(["before"]);
      const dying = dyingAt(store, call, when);
      const process = twoOn(dying.store, completes);
      process.emit([1, 2]).subscribe({ error: () => undefined });
      const told = await twoOn(store, completes).emit(["behind"]);
      expect(told).toHaveLength(1);
      await isWhole(store, twoOn(store, completes));
      const events = (await twoOn(store, completes).listEvents({ order: "oldest first" })).items;
      expect([2, 4]).toContain(events.length);
      for (const { dispatches } of events) expect(dispatches.map(({ destination }) => destination)).toEqual(["A", "B"]);
    },
  );
});

describe("an emit", () => {
  it("whose reply was lost is done once where it is run again", async () => {
    await simulate(async ({ store, dropReply }) => {
      const shop = twoOn(store, completes);
      dropReply();
      const emit = shop.emit([1]);
      await expect(emit.then()).rejects.toMatchObject({ _tag: "StoreUnavailable" });
      const ids = await emit;
      expect((await shop.listEvents()).items.map(({ id }) => id)).toEqual(ids);
      await isWhole(store, shop);
    });
  });
});

describe("what is run again behind a lost reply", () => {
  it("retries a dispatch once", async () => {
    await simulate(async ({ store, dropReply, advance }) => {
      const shop = twoOn(store, completes);
      await shop.emit([1]);
      const run = collect(shop.run());
      await advance(10);
      run.stop();
      const [done] = await all(shop);
      const retried = shop.retryDispatch(done!.id);
      dropReply();
      await expect(retried.then()).rejects.toMatchObject({ _tag: "StoreUnavailable" });
      const { id } = await retried;
      expect((await all(shop)).map((one) => one.id)[2]).toBe(id);
      await isWhole(store, shop);
      // Whoever asks again afterwards gets another one.
      const next = await new Promise<{ readonly id: string }>((resolve) => retried.subscribe(resolve));
      expect([next.id === id, (await all(shop)).length]).toEqual([false, 4]);
    });
  });

  it("tells what was marked as lost", async () => {
    await simulate(async ({ store, dropReply, advance }) => {
      const shop = twoOn(store, completes);
      await shop.emit([1]);
      await advance(1);
      const marking = shop.markLost({ elapsedMs: 0 });
      dropReply();
      await expect(marking.then()).rejects.toMatchObject({ _tag: "StoreUnavailable" });
      expect((await marking).items).toEqual(await all(shop));
      await expect(shop.markLost({ elapsedMs: -1 }).then()).rejects.toMatchObject({ _tag: "InvalidConfig" });
    });
  });
});

describe("a dispatch", () => {
  it.each(
    Array.from({ length: 12 }, (_, i) => i + 1).flatMap((call) => [
      [call, "before"] as const,
      [call, "after"] as const,
    ]),
  )("whose process dies at call %i, %s the store has it, is done by the next one", async (call, when) => {
    await simulate(async ({ store, client, advance }) => {
      const shop = twoOn(store, completes);
      await shop.emit([1]);
      const dying = dyingAt(client().store, call, when);
      const first = collect(twoOn(dying.store, completes).run());
      await advance(50);
      await isWhole(store, shop);
      first.stop();
      const run = collect(shop.run());
      await advance(LEASE_MS * 4);
      run.stop();
      await isWhole(store, shop);
      for (const dispatch of await all(shop)) {
        expect(dispatch.status).toBe("complete");
        // An attempt that died in its handler is counted, and stands in the log.
        expect(tell(dispatch)).toMatch(/^complete, (\d) of \1: (failed, )?complete$/);
      }
    });
  });

  it("that kills its process ends as failed when its attempts are used up, and takes no other one along", async () => {
    await simulate(async ({ store, client, advance }) => {
      let calls = 0;
      const emitter = hubOn(store, completes, { maxRetries: 2 });
      await emitter.emit(["kill", "fine"]);
      for (let i = 0; i < 3; i += 1) {
        const process = client();
        const kills = hub(process.store, {
          name: "h",
          leaseMs: LEASE_MS,
          routes: defineRoutes<"A" | "B">({ routes: [] }),
          destinations: {
            A: ({ payload }) => {
              if (payload !== "kill") return Promise.resolve(Complete);
              calls += 1;
              process.crash();
              return NEVER;
            },
            B: completes,
          },
        });
        const run = collect(kills.run());
        await advance(LEASE_MS * 3);
        run.stop();
      }
      const run = collect(emitter.run());
      await advance(LEASE_MS * 5);
      run.stop();
      const [killer, fine] = await all(emitter);
      expect(calls).toBe(3);
      expect([tell(killer!), fine?.status]).toEqual(["failed, 3 of 3: failed, failed, failed", "complete"]);
      expect(new Set(errorsOf(killer!.executions))).toEqual(
        new Set(["its process ended, or its lease, before it had a result"]),
      );
    });
  });

  it("whose result was written and whose reply was lost is not run again", async () => {
    await simulate(async ({ store, dropReply, advance }) => {
      let calls = 0;
      const shop = hubOn(store, async () => {
        calls += 1;
        dropReply();
        return Complete;
      });
      await shop.emit([1]);
      const run = collect(shop.run());
      await advance(120_000);
      run.stop();
      expect([calls, (await all(shop)).map(tell)]).toEqual([1, ["complete, 1 of 1: complete"]]);
    });
  });

  it("whose lease is lost under its handler is run again, and the first result stands", async () => {
    await simulate(async ({ store, client, advance, expireLeases }) => {
      const aborted: Array<number> = [];
      const shop = hubOn(store, (_, { attempt, signal }) => {
        signal.addEventListener("abort", () => aborted.push(attempt));
        return attempt === 1 ? NEVER : completes({} as Parameters<typeof completes>[0], {} as never);
      });
      await shop.emit([1]);
      const run = collect(shop.run());
      await advance(10);
      await expireLeases("sluice.hub/A/h");
      const other = collect(hubOn(client().store, completes).run());
      await advance(60_000);
      run.stop();
      other.stop();
      expect(aborted).toEqual([1]);
      expect((await all(shop)).map(tell)).toEqual(["complete, 2 of 2: failed, complete"]);
      expect(run.seen.length + other.seen.length).toBe(1);
    });
  });
});
