/** Feeds and followers on virtual time: when they emit, how often they ask, what they leave behind. */
import * as t from "io-ts";
import { concatMap, filter, finalize, map, take, takeWhile, timer } from "rxjs";
import { type EventLog, eventLog, eventType, type FeedItem } from "sluice/log";
import { fail, fromOne, mapEffect, type Store, storeUnavailable, viewOf } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it } from "vitest";

const numbers = eventType("Counted", t.number);
type Numbers = EventLog<{ readonly Counted: number }>;

/** What an item is, as one letter or the number of the event. */
const short = (item: FeedItem<number>): string => (item._tag === "Event" ? String(item.event) : item._tag.slice(0, 1));

/** Appends this number to a stream at this time. */
const later = (log: Numbers, ms: number, count: number, stream = "a/1") =>
  timer(ms, log.store.scheduler)
    .pipe(concatMap(() => log.append(stream, [count])))
    .subscribe();

/** A view of the store, and how often its feed was asked for. */
const countingFeeds = (store: Store) => {
  let calls = 0;
  const counting = viewOf(store, {
    readFeed: (request) => {
      calls += 1;
      return store.readFeed(request);
    },
  });
  return { counting, calls: () => calls };
};

describe("a feed", () => {
  it("emits history at once, then each append as it comes, and where it is caught up", () =>
    simulate(async ({ store, advance, expect$ }) => {
      const log = eventLog(store, numbers);
      await log.append("a/1", [1]);
      await log.append("b/1", [2]);
      later(log, 5, 3);
      later(log, 9, 4, "b/1");
      expect$(log.feed().pipe(map(short)), 20).toBe("(12C)(3C)(4C)");
      expect$(log.feed({ categories: ["b"] }).pipe(map(short)), 20).toBe("(2C)-C---(4C)");
      expect$(log.feed({ after: "end" }).pipe(map(short)), 20).toBe("C----(3C)(4C)");
      await advance(20);
    }));

  it("ends where its subscriber does, and leaves nothing behind", () =>
    simulate(async ({ store, advance, expect$ }) => {
      const log = eventLog(store, numbers);
      later(log, 5, 30);
      const found$ = log.feed().pipe(
        filter((item) => item._tag === "Event"),
        map(({ event }) => event),
        takeWhile((count) => count < 30, true),
      );
      expect$(found$).toBe("-----(a|)", { a: 30 });
      await advance(10);
    }));

  it("tells what was looked at, page by page, and goes on from there", () =>
    simulate(async ({ store, advance, expect$ }) => {
      const log = eventLog(store, numbers);
      for (const count of [1, 2, 3]) await log.append("a/1", [count]);
      expect$(log.feed({ pageSizeMax: 2 }).pipe(map(short)), 5).toBe("(12P3C)");
      await advance(5);
    }));

  it("reads the next page while it emits one, and ends that call where its subscriber goes", () =>
    simulate(async ({ store, scheduler, advance }) => {
      const log = eventLog(store, numbers);
      for (const count of [1, 2, 3]) await log.append("a/1", [count]);
      const told: Array<string> = [];
      let open = 0;
      const slow = viewOf(store, {
        readFeed: (request) => {
          told.push("read");
          open += 1;
          const page$ = timer(5, scheduler).pipe(concatMap(() => store.readFeed(request)));
          return fromOne(page$.pipe(finalize(() => (open -= 1))));
        },
      });
      const item$ = eventLog(slow, numbers).feed({ pageSizeMax: 1 }).pipe(map(short));
      item$.pipe(takeWhile((item) => item !== "C")).subscribe((item) => told.push(item));
      await advance(20);
      expect(told).toEqual(["read", "read", "1", "P", "read", "2", "P", "3"]);
      told.length = 0;
      item$.pipe(take(1)).subscribe((item) => told.push(item));
      await advance(20);
      expect([told, open]).toEqual([["read", "read", "1"], 0]);
    }));

  it("reads a page anew whose call failed while the one before was emitted", () =>
    simulate(async ({ store, advance }) => {
      const log = eventLog(store, numbers);
      for (const count of [1, 2, 3]) await log.append("a/1", [count]);
      let calls = 0;
      const failing = viewOf(store, {
        readFeed: (request) => {
          calls += 1;
          return calls === 2 ? fail(storeUnavailable("no answer")) : store.readFeed(request);
        },
      });
      const told: Array<string> = [];
      const subscription = eventLog(failing, numbers)
        .feed({ pageSizeMax: 1 })
        .subscribe((item) => told.push(short(item)));
      await advance(60_000);
      subscription.unsubscribe();
      expect(told).toEqual(["1", "P", "2", "P", "3", "C"]);
    }));

  it("asks some three times a minute where nothing comes", () =>
    simulate(async ({ store, advance }) => {
      const { counting, calls } = countingFeeds(store);
      const log = eventLog(counting, numbers);
      const subscriptions = [log.feed().subscribe(), log.follow("a/1").subscribe()];
      await advance(600_000);
      for (const subscription of subscriptions) subscription.unsubscribe();
      expect(calls()).toBeGreaterThan(50);
      expect(calls()).toBeLessThan(70);
    }));

  it("rides out an outage, without a hole and without a double", () =>
    simulate(async ({ store, client, advance }) => {
      const other = client();
      const [log, remote] = [eventLog(store, numbers), eventLog(other.store, numbers)];
      const [fed, followed]: [Array<string>, Array<number>] = [[], []];
      const subscriptions = [
        remote.feed().subscribe((item) => fed.push(short(item))),
        remote.follow("a/1").subscribe(({ event }) => followed.push(event)),
      ];
      await log.append("a/1", [1]);
      await advance(10);
      other.disconnect();
      await log.append("a/1", [2]);
      await advance(30_000);
      expect([fed.join(""), followed]).toEqual(["C1C", [1]]);
      other.reconnect();
      await advance(5_000);
      expect([fed.join(""), followed]).toEqual(["C1C2C", [1, 2]]);
      for (const subscription of subscriptions) subscription.unsubscribe();
    }));

  it("reads three thousand pages in a row", () =>
    simulate(
      async ({ store, advance }) => {
        const log = eventLog(store, numbers);
        for (let i = 0; i < 3; i++)
          await log.append(
            "a/1",
            Array.from({ length: 1_000 }, (_unused, j) => j),
          );
        const versions: Array<number> = [];
        const subscription = log.feed({ pageSizeMax: 1 }).subscribe((item) => {
          if (item._tag === "Event") versions.push(item.version);
        });
        await advance(1_000);
        subscription.unsubscribe();
        expect(versions).toEqual(Array.from({ length: 3_000 }, (_unused, i) => i + 1));
      },
      { settleMs: 1_000 },
    ));
});

describe("a follower", () => {
  it("emits each append in the frame in which it is made", () =>
    simulate(async ({ store, advance, expect$ }) => {
      const log = eventLog(store, numbers);
      await log.append("a/1", [1]);
      later(log, 3, 9, "a/2");
      later(log, 5, 2);
      later(log, 7, 3);
      expect$(log.follow("a/1").pipe(map(({ event }) => String(event))), 10).toBe("1----2-3--");
      expect$(log.follow("a/1", { after: 1 }).pipe(map(({ event }) => String(event))), 10).toBe("-----2-3--");
      await advance(10);
    }));

  it("waits together with all others of its category: an append costs one call, however many there are", () =>
    simulate(async ({ store, advance }) => {
      const { counting, calls } = countingFeeds(store);
      const log = eventLog(counting, numbers);
      const told: Array<string> = [];
      const followers = Array.from({ length: 500 }, (_, i) =>
        log.follow(`a/${i}`).subscribe(({ stream, event }) => told.push(`${stream} ${event}`)),
      );
      await advance(10);
      const before = calls();
      for (const count of [1, 2, 3]) {
        await log.append("a/7", [count]);
        await advance(10);
      }
      expect(told).toEqual(["a/7 1", "a/7 2", "a/7 3"]);
      expect(calls() - before).toBeLessThan(10);
      // Those who go take nobody along.
      for (const follower of followers.filter((_, i) => i !== 9)) follower.unsubscribe();
      await log.append("a/9", [4]);
      await advance(60_000);
      expect(told.slice(3)).toEqual(["a/9 4"]);
      for (const follower of followers) follower.unsubscribe();
    }));

  it("is told where the stream goes back while it waits", () =>
    simulate(async ({ store, advance }) => {
      let back = false;
      const log = eventLog(store, numbers);
      const lost = viewOf(store, {
        readFeed: (request) =>
          back
            ? mapEffect(store.readFeed(request), () => ({ _tag: "WentBack" as const, head: undefined }))
            : store.readFeed(request),
      });
      let error: unknown;
      eventLog(lost, numbers)
        .follow("a/1")
        .subscribe({
          error: (cause: unknown) => {
            error = cause;
          },
        });
      await advance(10);
      back = true;
      await log.append("a/1", [1]);
      await advance(60_000);
      expect(error).toMatchObject({ _tag: "LogWentBack", head: undefined });
    }));
});
