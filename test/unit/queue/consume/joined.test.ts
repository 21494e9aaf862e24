import * as t from "io-ts";
import { concatMap, delay, of } from "rxjs";
import { atomically, handle, queue, settle } from "sluice";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";

describe("a write joined with an ack that is under way", () => {
  it("commits after the ack succeeded", () =>
    simulate(async ({ store }) => {
      const q = queue(store, { name: "q", codec: t.string });
      await q.enqueue("a");
      const [m] = await q.receive({ max: 1 });
      if (m === undefined) throw new Error("nothing was delivered");
      const acking = Promise.resolve(m.ack);
      await atomically([m.ack, q.enqueue("b")]);
      await acking;
      expect(await q.stats()).toMatchObject({ acked: 1, ready: 1 });
    }));

  it("commits nothing where the ack is lost", () =>
    simulate(async ({ store, expireLeases }) => {
      const q = queue(store, { name: "q", codec: t.string });
      await q.enqueue("a");
      const [m] = await q.receive({ max: 1 });
      if (m === undefined) throw new Error("nothing was delivered");
      await expireLeases("q");
      const acking = Promise.resolve(m.ack);
      const joined = Promise.resolve(atomically([m.ack, q.enqueue("b")]));
      await expect(acking).rejects.toMatchObject({ _tag: "LeaseLost" });
      await expect(joined).rejects.toMatchObject({ _tag: "LeaseLost" });
      expect(await q.stats()).toMatchObject({ enqueued: 1, ready: 1 });
    }));
});

describe("a message that comes to its handler after its lease", () => {
  it("is not handled, and comes again", () =>
    simulate(async ({ store, advance, scheduler }) => {
      const q = queue(store, { name: "q", codec: t.string, leaseMs: 1_000 });
      await q.enqueue("a");
      const handled: Array<number> = [];
      const ended: Array<string> = [];
      const running = q
        .messages()
        .pipe(
          concatMap((m) => of(m).pipe(delay(m.attempt === 1 ? 1_500 : 0, scheduler))),
          handle((m) => {
            handled.push(m.attempt);
            return of(1);
          }),
          settle(),
        )
        .subscribe((s) => ended.push(`${s.message.attempt} ${s.outcome._tag}`));
      await advance(5_000);
      running.unsubscribe();
      expect(handled).toEqual([2]);
      expect(ended).toEqual(["1 Lost", "2 Ack"]);
    }));
});
