/** Reading what is on record: pages, counts, and retries of what has a result. */
import { Complete, type DispatchId, defineRoutes, type HubEventId, hub, Ignored } from "sluice/hub";
import type { Store } from "sluice/store";
import { describe, expect, it } from "vitest";
import { collect } from "../broker/scene.js";
import { mostStores } from "../stores/eachStore.js";
import { all, allTo, completes, fails, hubOn, tell } from "./scene.js";

/** So many destinations that one call does not read them all. */
const NAMES = Array.from({ length: 8 }, (_, i) => `D${i}`);
const manyOn = (store: Store) =>
  hub<string>(store, {
    name: "h",
    routes: defineRoutes({
      defaultMaxRetries: 0,
      routes: NAMES.map((name, i) => ({ condition: { path: "$.to", exact: i }, destination: name })),
    }),
    destinations: Object.fromEntries(
      NAMES.map((name, i) => [name, i % 3 === 0 ? fails : async () => (i % 3 === 1 ? Complete : Ignored)]),
    ),
  });

const UNKNOWN = "01890000-0000-7000-8000-000000000000";

describe.each(mostStores())("queries on %s", (_, open) => {
  it("walk all pages of dispatches in order, both ways, also by one, while others are made and get results", async () => {
    const store = open();
    const many = manyOn(store);
    await many.emit([...NAMES.keys(), ...NAMES.keys()].map((to) => ({ to })));
    const before = (await all(many)).map(({ id }) => id);
    expect(before).toEqual([...before].sort());
    expect(before).toHaveLength(16);
    const run = collect(many.run());
    for (const order of ["oldest first", "newest first"] as const)
      for (const limit of [1, 7, 16]) {
        const seen: Array<DispatchId> = [];
        let after: string | undefined;
        let pages = 0;
        do {
          const page = await many.listDispatches({ order, limit, after });
          seen.push(...page.items.map(({ id }) => id));
          after = page.next;
          pages += 1;
          if (limit === 7) await many.emit([{ to: pages % 8 }]);
        } while (after !== undefined && pages < 200);
        const known = seen.filter((id) => before.includes(id));
        expect(known).toEqual(order === "oldest first" ? before : [...before].reverse());
      }
    await expect
      .poll(async () => (await many.listDispatches({ status: "ongoing" })).items, { timeout: 5_000 })
      .toEqual([]);
    run.stop();
    const counts = await many.counts();
    const listed = await many.listDispatches({ limit: 1_000 });
    for (const [i, name] of NAMES.entries()) {
      const status = (["failed", "complete", "ignored"] as const)[i % 3] ?? "lost";
      const own = listed.items.filter(({ destination }) => destination === name);
      expect(counts[name]).toMatchObject({ [status]: own.length, ongoing: 0 });
      expect((await many.listDispatches({ destination: name, status })).items).toEqual(own);
    }
    const failed = await many.listDispatches({ status: ["failed", "lost"], limit: 1_000 });
    expect(failed.items).toEqual(listed.items.filter(({ status }) => status === "failed"));
    expect(await many.listDispatches({ status: [] })).toEqual({ items: [], next: undefined });
  });

  it("page events with their dispatches, also by one", async () => {
    const shop = hubOn(open(), completes);
    const ids = await shop.emit(["a", "b", "c"]);
    const seen: Array<unknown> = [];
    let after: string | undefined;
    do {
      const { items, next } = await shop.listEvents({ limit: 1, after });
      seen.push(...items.map(({ id, payload, dispatches }) => [id, payload, dispatches.map(({ eventId }) => eventId)]));
      after = next;
    } while (after !== undefined);
    expect(seen).toEqual(ids.map((id, i) => [id, ["a", "b", "c"][i], [id]]).reverse());
    expect((await shop.listEvents({ order: "oldest first" })).items.map(({ id }) => id)).toEqual(ids);
  });

  it("refuse what is no place of a page, no id, and no status, by typed errors", async () => {
    const shop = hubOn(open(), completes);
    for (const after of ["", "nope", "- x", "0", `${UNKNOWN} `]) {
      for (const read of [shop.listDispatches({ after }), shop.listEvents({ after })])
        await expect(read.then()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "after", retryable: false });
    }
    expect(await shop.listDispatches({ after: UNKNOWN })).toEqual({ items: [], next: undefined });
    const wrong = { limit: 0 };
    await expect(shop.listEvents(wrong).then()).rejects.toMatchObject({ _tag: "InvalidConfig", option: "limit" });
    await expect(shop.getEvent("x" as HubEventId).then()).rejects.toMatchObject({
      _tag: "InvalidConfig",
      option: "id",
    });
    await expect(shop.listDispatches({ status: "done" as "lost" }).then()).rejects.toMatchObject({
      _tag: "InvalidConfig",
      option: "status",
    });
    expect(await shop.getEvent(UNKNOWN as HubEventId)).toBeUndefined();
    expect(await shop.getDispatch(UNKNOWN as DispatchId)).toBeUndefined();
  });

  it("say what does not fit the codec any more, and show nothing of it", async () => {
    const store = open();
    await hubOn(store, completes).emit([{ card: "4111" }]);
    const { string } = await import("io-ts");
    const other = hub(store, { name: "h", codec: string, routes: allTo("A"), destinations: { A: completes } });
    const [dispatch] = await all(other);
    const refused = await other.getEvent(dispatch!.eventId).then(undefined, (error: unknown) => error);
    expect(refused).toMatchObject({ _tag: "DecodeRefused" });
    expect(String(refused)).not.toContain("4111");
    const run = collect(
      hub(store, { name: "h", codec: string, routes: allTo("A"), destinations: { A: completes } }).run(),
    );
    await run.until(1);
    expect(run.seen[0]?.error).toMatch(/^Error: the codec refuses the payload/);
    expect(run.seen[0]?.error).not.toContain("4111");
  });
});

describe.each(mostStores())("retryDispatch on %s", (_, open) => {
  it("makes a new dispatch of one that has a result, with its settings or others, also zero", async () => {
    const store = open();
    const settings = { delaySeconds: 0, maxRetries: 0, retryDelay: { type: "constant", interval: 3 } } as const;
    const shop = hubOn(store, fails, settings);
    const [eventId] = await shop.emit([1]);
    const run = collect(shop.run());
    await run.until(1);
    run.stop();
    const [failed] = await all(shop);
    const same = await shop.retryDispatch(failed!.id);
    expect(same).toMatchObject({
      eventId,
      destination: "A",
      status: "ongoing",
      executionCount: 0,
      executions: [],
      settings,
      retryOf: failed!.id,
    });
    expect(same.id).not.toBe(failed!.id);
    const others = await shop.retryDispatch(failed!.id, { delaySeconds: 777, maxRetries: 777 });
    expect(others.settings).toEqual({ ...settings, delaySeconds: 777, maxRetries: 777 });
    const later = await shop.retryDispatch(failed!.id, { retryDelay: { type: "exponential", base: 1, max: 2 } });
    expect(later.settings).toEqual({ ...settings, retryDelay: { type: "exponential", base: 1, max: 2 } });
    expect((await all(shop)).map(({ id }) => id)).toEqual([failed!.id, same.id, others.id, later.id]);
    expect((await shop.listEvents()).items[0]?.dispatches.map(({ id }) => id)).toEqual([
      failed!.id,
      same.id,
      others.id,
      later.id,
    ]);
    expect((await store.stats("sluice.hub/A/h")).enqueued).toBe(4);
    // The old one keeps its log.
    expect(tell((await shop.getDispatch(failed!.id))!)).toBe("failed, 1 of 1: failed");
  });

  it("takes zero for zero", async () => {
    const shop = hubOn(open(), completes, { delaySeconds: 9, maxRetries: 9 });
    await shop.emit([1]);
    const [dispatch] = (await shop.markLost({ elapsedMs: 0 })).items;
    expect(dispatch).toBeUndefined();
    const lost = hubOn(open(), completes);
    await lost.emit([1]);
    await expect.poll(async () => (await lost.markLost({ elapsedMs: 0 })).items.length, { interval: 2 }).toBe(1);
    const [old] = await all(lost);
    const again = await lost.retryDispatch(old!.id, { delaySeconds: 0, maxRetries: 0 });
    expect(again.settings).toEqual({ ...old!.settings, delaySeconds: 0, maxRetries: 0 });
    const run = collect(lost.run());
    await run.until(1);
    expect(run.seen[0]?.dispatch).toMatchObject({ id: again.id, status: "complete" });
  });

  it("refuses what is ongoing, what is not there, and settings that routes may not have", async () => {
    const shop = hubOn(open(), completes);
    await shop.emit([1]);
    const [ongoing] = await all(shop);
    await expect(shop.retryDispatch(ongoing!.id).then()).rejects.toMatchObject({
      _tag: "DispatchOngoing",
      id: ongoing!.id,
    });
    await expect(shop.retryDispatch(UNKNOWN as DispatchId).then()).rejects.toMatchObject({
      _tag: "NotFound",
      what: "dispatch",
    });
    await collect(shop.run()).until(1);
    for (const settings of [{ maxRetries: -1 }, { delaySeconds: 0.5 }, { maxRetries: 1.5 }])
      await expect(shop.retryDispatch(ongoing!.id, settings).then()).rejects.toMatchObject({ _tag: "InvalidConfig" });
  });
});
