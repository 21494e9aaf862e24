/** Queues and records through a failover that loses what came last. */
import * as t from "io-ts";
import { map, NEVER, of } from "rxjs";
import { Ack, handle, queue, settle } from "sluice";
import { records, sortOf } from "sluice/records";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { errorOf } from "../../../stores/restorable.js";

const texts = (store: Store) => queue(store, { name: "texts", codec: t.string, leaseMs: 30_000 });

describe("a queue through a failover", () => {
  it("loses what was confirmed since replication stopped, and nothing before that", () =>
    simulate(async ({ store, stopReplication, failover }) => {
      const q = texts(store);
      await q.enqueue("kept", { key: "k" });
      stopReplication();
      const lost = q.enqueue("lost", { key: "k" });
      await lost;
      expect((await q.stats()).enqueued).toBe(2);
      failover();
      expect(await q.stats()).toMatchObject({ enqueued: 1, ready: 1, waiting: 0 });
      // The write id went with the message: the same Write again is done, and only once.
      await new Promise((resolve, reject) => void lost.subscribe({ complete: () => resolve(1), error: reject }));
      await new Promise((resolve, reject) => void lost.subscribe({ complete: () => resolve(1), error: reject }));
      const [first] = await q.receive({ max: 9 });
      expect(first?.data).toBe("kept");
      await first?.ack;
      expect((await q.receive({ max: 9 })).map(({ data }) => data)).toEqual(["lost"]);
    }));

  it("loses nothing where replication goes on, also what was written since an earlier failover", () =>
    simulate(async ({ store, stopReplication, failover }) => {
      const q = texts(store);
      stopReplication();
      failover();
      await q.enqueue("a");
      failover();
      await q.enqueue("b");
      expect((await q.receive({ max: 9 })).map(({ data }) => data)).toEqual(["a", "b"]);
      failover();
      expect(await q.stats()).toMatchObject({ enqueued: 2, leased: 2 });
    }));

  it("goes back to where replication stopped first", () =>
    simulate(async ({ store, stopReplication, failover }) => {
      const q = texts(store);
      stopReplication();
      await q.enqueue("a");
      stopReplication();
      failover();
      expect((await q.stats()).enqueued).toBe(0);
    }));

  it("brings back what was settled, as the attempt that it was", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const q = texts(store);
      const seen: Array<string> = [];
      await q.enqueue("a");
      stopReplication();
      const running = q
        .messages()
        .pipe(
          handle((m) => of(seen.push(`${m.data} ${m.attempt}`))),
          settle(),
        )
        .subscribe();
      await advance(10);
      expect(await q.stats()).toMatchObject({ acked: 1, ready: 0 });
      failover();
      expect(await q.stats()).toMatchObject({ acked: 0, ready: 1 });
      await advance(5_000);
      running.unsubscribe();
      expect(seen).toEqual(["a 1", "a 1"]);
      expect(await q.stats()).toMatchObject({ acked: 1, ready: 0 });
    }));

  it("knows leases of before and none of after, whose consumer finds them lost", () =>
    simulate(async ({ store, client, stopReplication, failover, advance, nowMs }) => {
      const q = texts(store);
      for (const one of ["a", "b"]) await q.enqueue(one);
      const [before] = await q.receive({ max: 1 });
      stopReplication();
      const seen: Array<string> = [];
      const running = q
        .messages()
        .pipe(
          handle((m) => (seen.length === 0 ? NEVER : of(m.attempt))),
          settle(),
          map((s) => `${s.message.data} ${s.outcome._tag} @${nowMs()}`),
        )
        .subscribe((line) => seen.push(line));
      await advance(1_000);
      failover();
      expect(await texts(client().store).stats()).toMatchObject({ leased: 1, ready: 1 });
      expect(await before?.ack).toBe(Ack);
      await advance(60_000);
      running.unsubscribe();
      await advance(0);
      expect(seen[0]).toBe("b Lost @10000");
      expect(await q.stats()).toMatchObject({ acked: 1, ready: 1, leased: 0 });
    }));

  it("says so to consumers that wait, which ask the new server", () =>
    simulate(async ({ store, client, stopReplication, failover, advance }) => {
      const q = texts(store);
      const other = client().store;
      const story: Array<string> = [];
      const listening = [store, other].map((one) => one.events$.subscribe(({ _tag }) => story.push(_tag)));
      const seen: Array<string> = [];
      const running = q
        .messages()
        .pipe(
          handle((m) => of(seen.push(m.data))),
          settle(),
        )
        .subscribe();
      await advance(1_000);
      stopReplication();
      failover();
      expect(story).toEqual(["StoreDown", "StoreDown", "StoreUp", "StoreUp"]);
      await texts(other).enqueue("a");
      await advance(1_000);
      expect(seen).toEqual(["a"]);
      running.unsubscribe();
      for (const one of listening) one.unsubscribe();
    }));
});

describe("records through a failover", () => {
  it("go back with their revisions, and let no old holder through", () =>
    simulate(async ({ store, stopReplication, failover }) => {
      const carts = records(store, { name: "carts", codec: t.number });
      await carts.put("1", 1);
      const before = (await carts.get("1"))!.revision;
      stopReplication();
      const lost = await carts.update("1", 2, before);
      failover();
      expect(await carts.get("1")).toMatchObject({ value: 1, revision: before });
      expect(await errorOf(carts.update("1", 3, lost))).toMatchObject({ _tag: "RecordConflict", actual: before });
      // It is changed as often as it was: a count as a revision would let the old holder through here.
      const again = await carts.update("1", 9, before);
      expect(again).not.toBe(lost);
      expect(await errorOf(carts.update("1", 3, lost))).toMatchObject({ _tag: "RecordConflict", actual: again });
      expect((await carts.get("1"))?.value).toBe(9);
    }));

  it("that were put anew are absent, and removed ones are back in their indexes", () =>
    simulate(async ({ store, stopReplication, failover, advance }) => {
      const notes = records(store, {
        name: "notes",
        codec: t.string,
        ttlMs: 10_000,
      });
      const sorted = records(store, { name: "sorted", codec: t.string, indexes: { all: () => ({ sort: sortOf(1) }) } });
      await notes.put("old", "a");
      await sorted.put("1", "x");
      stopReplication();
      await notes.put("new", "b");
      await sorted.remove("1");
      await advance(1_000);
      failover();
      expect(await notes.get("new")).toBeUndefined();
      expect((await sorted.page("all")).items.map(({ id, value }) => [id, value])).toEqual([["1", "x"]]);
      // Its time goes on.
      await advance(8_999);
      expect((await notes.get("old"))?.value).toBe("a");
      await advance(1);
      expect(await notes.get("old")).toBeUndefined();
    }));
});
