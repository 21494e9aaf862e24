/** A server that loses what it has confirmed, under brokers that run: they are told, and do not go on as if nothing were. */
import { eventLog } from "sluice/log";
import { switchMap, tap, timer } from "rxjs";
import { fromOne, viewOf } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";
import { expectedOf, foundOf, stepped, steps, type World, worldOn } from "./world.js";

const running = (world: World, lanes: ReadonlyArray<"default" | "slow"> = ["default", "slow"]) => {
  const ended: Array<unknown> = [];
  const told: Array<string> = [];
  const listening = world.events$.subscribe(({ _tag }) => told.push(_tag));
  const subscription = world.run({ lanes }).subscribe({
    error: (error: unknown) => ended.push(error),
    complete: () => ended.push("completed"),
  });
  return {
    ended,
    told,
    end: () => {
      subscription.unsubscribe();
      listening.unsubscribe();
    },
  };
};

describe("a broker through a failover", () => {
  it.each(["shorter", "as long", "longer"])("that loses events ends, where the log is %s afterwards", (length) =>
    simulate(async ({ store, client, stopReplication, failover, advance }) => {
      const log = eventLog(store, steps);
      await log.append("item/1", [stepped(0), stepped(1)]);
      const first = running(worldOn(store));
      await advance(1_000);
      const second = running(worldOn(client().store));
      await advance(1_000);
      stopReplication();
      await log.append("item/1", [stepped(2), stepped(3)]);
      // The one that stands by has looked again, and knows how far the other one has come.
      await advance(3_000);
      failover();
      if (length !== "shorter")
        await log.append("item/2", [stepped(4), stepped(5), ...(length === "longer" ? [stepped(6)] : [])]);
      await advance(30_000);
      for (const { ended, told } of [first, second]) {
        expect(ended).toMatchObject([{ _tag: "LogWentBack" }]);
        expect(told).toContain("StoreDown");
        expect(told).toContain("StoreUp");
      }
      // Whoever is run again goes on from where the server is now.
      const again = running(worldOn(client().store));
      await advance(10_000);
      const { counts, targets } = await expectedOf(store);
      expect(await foundOf(store, targets)).toEqual(counts);
      expect(again.ended).toEqual([]);
      for (const { end } of [first, second, again]) end();
    }),
  );

  it("that comes between its read and its write ends too", () =>
    simulate(async ({ store, client, stopReplication, failover, advance }) => {
      const log = eventLog(client().store, steps);
      await log.append("item/1", [stepped(0)]);
      let armed = false;
      const racing = viewOf(store, {
        write: (lists, writeId) => {
          if (!armed) return store.write(lists, writeId);
          armed = false;
          return fromOne(
            timer(1, store.scheduler).pipe(
              tap(() => failover()),
              switchMap(() => log.append("item/2", [stepped(7), stepped(8), stepped(9), stepped(10)])),
              switchMap(() => store.write(lists, writeId)),
            ),
          );
        },
      });
      // One lane: the other one would tell by its own read.
      const first = running(worldOn(racing), ["default"]);
      await advance(1_000);
      stopReplication();
      await log.append("item/1", [stepped(1)]);
      await advance(1_000);
      armed = true;
      await log.append("item/1", [stepped(2)]);
      await advance(30_000);
      expect(armed).toBe(false);
      expect(first.ended).toMatchObject([{ _tag: "LogWentBack" }]);
      first.end();
    }));

  it("that loses nothing goes on", () =>
    simulate(async ({ store, failover, advance }) => {
      const log = eventLog(store, steps);
      const first = running(worldOn(store));
      for (let n = 0; n < 5; n++) {
        await log.append("item/1", [stepped(n)]);
        await advance(n);
        failover();
      }
      await advance(30_000);
      const { counts, targets } = await expectedOf(store);
      expect(await foundOf(store, targets)).toEqual(counts);
      expect(first.ended).toEqual([]);
      first.end();
    }));
});
