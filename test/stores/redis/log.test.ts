/** The log on Redis: foreign values, full memory, feeds that wait, and the same as in memory for whatever is written. */
import { inspect } from "node:util";
import { isRight } from "fp-ts/lib/Either.js";
import { asyncScheduler, type SchedulerLike } from "rxjs";
import { describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import { type Position, positionOf } from "../../../src/core/Position.js";
import { randomOf } from "../../../src/core/Random.js";
import type { StreamExpected } from "../../../src/core/steps/Append.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { FeedPage, FeedRequest } from "../../../src/port/LogPort.js";
import type { Store } from "../../../src/port/Store.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { appendStep, atVersion, newEvent, noEvents, someEvents } from "../../../src/testing/conformance/log/steps.js";
import { enqueueStep } from "../../../src/testing/conformance/queue/steps.js";
import { absent, putStep } from "../../../src/testing/conformance/records/steps.js";
import { startRedisServer } from "../../support/redisServer.js";
import { Bench, numbered } from "./bench.js";
import { cleanUp, newNamespace } from "./namespace.js";

const url = inject("redisUrl");
const logKey = ({ namespace }: Bench): string => `{${namespace}}:log`;

const readWhole = (store: Store, stream: string) =>
  store.readStream({ stream, after: 0, upTo: undefined, limit: 1_000, backwards: false });
const readFeed = (store: Store, request: Partial<FeedRequest> = {}) =>
  store.readFeed({
    after: undefined,
    types: undefined,
    categories: undefined,
    limit: 1_000,
    waitMsMax: 0,
    ...request,
  });
const dataOf = (page: FeedPage): ReadonlyArray<string> =>
  page._tag === "Events" ? page.events.map(({ data }) => data) : [page._tag];
const endOf = async (store: Store): Promise<Position | undefined> => {
  const page = await readFeed(store);
  if (page._tag !== "Events" || !page.caughtUp) throw new Error("the log is short");
  return page.next;
};

describe("a foreign value at a key of the log", () => {
  const writes: Readonly<Record<string, ReadonlyArray<Step>>> = {
    "an append": [appendStep("s", ["new"])],
    "an append behind a message and a record": [
      enqueueStep("conformance", "m"),
      putStep("b"),
      appendStep("other", ["new"]),
      appendStep("s", ["new"]),
    ],
    "an append that reaches the next list": [
      appendStep(
        "s",
        numbered(300).map((n) => newEvent(n)),
      ),
    ],
    "a command": [putStep("command", { expected: absent, ttlMs: 60_000 }), appendStep("s", ["new"])],
    "a check": [enqueueStep("conformance", "m"), appendStep("s", [], { expected: atVersion(1) })],
  };
  const passing: Readonly<Record<string, ReadonlyArray<string>>> = {
    "": [],
    ":s:s": [],
    ":g:0": ["a check"],
    ":g:1": ["a check", "an append", "a command", "an append behind a message and a record"],
    ":wf": ["a check"],
  };

  it.each(Object.keys(passing))(
    "at log%s: a write that touches it fails clean and changes nothing, every other is done",
    async (suffix) => {
      for (const [name, steps] of Object.entries(writes)) {
        const bench = new Bench(url);
        const key = `${logKey(bench)}${suffix}`;
        try {
          await bench.store.write([[appendStep("s", ["old"])]], newId());
          if (suffix === ":wf") await bench.admin.hset(logKey(bench), "feeds", "1");
          await bench.admin.del(key);
          if (suffix === ":wf" || suffix === "") await bench.admin.set(key, "foreign");
          else await bench.admin.hset(key, "a", "foreign");
          const before = await bench.digest();
          const failure = await failureOf(bench.store.write([steps], newId()));
          if (passing[suffix]?.includes(name) === true) {
            expect(failure, `${name} at ${suffix}`).toBeUndefined();
            continue;
          }
          expect(failure, `${name} at ${suffix}`).toMatchObject({ _tag: "InvalidConfig", retryable: false });
          expect(await bench.digest(), `${name} at ${suffix}`).toEqual(before);
        } finally {
          await bench.close();
        }
      }
    },
  );

  it.each([":s:s", ":g:0", ":g:1"])("at log%s: prune and trim fail clean and change nothing", async (suffix) => {
    const bench = new Bench(url);
    try {
      const answers = await bench.store.write(
        [
          [
            appendStep(
              "s",
              numbered(300).map((n) => newEvent(n)),
            ),
          ],
        ],
        newId(),
      );
      expect(answers.every(isRight)).toBe(true);
      const end = await endOf(bench.store);
      await bench.admin.del(`${logKey(bench)}${suffix}`);
      await bench.admin.hset(`${logKey(bench)}${suffix}`, "a", "foreign");
      const before = await bench.digest();
      const calls = [
        bench.store.pruneStream({ stream: "s", upTo: 300, limit: 1_000 }, newId()),
        ...(end === undefined || suffix === ":s:s" ? [] : [bench.store.trimLog({ upTo: end, limit: 1_000 }, newId())]),
      ];
      for (const call of calls) expect(await failureOf(call)).toMatchObject({ _tag: "InvalidConfig" });
      expect(await bench.digest()).toEqual(before);
    } finally {
      await bench.close();
    }
  });

  it("is told to all calls as one where another version has written it", async () => {
    const bench = new Bench(url);
    const { store } = bench;
    try {
      await store.write([[appendStep("s", ["old"])]], newId());
      await bench.admin.hset(logKey(bench), "format", "later");
      const before = await bench.digest();
      const calls: ReadonlyArray<PromiseLike<unknown>> = [
        store.write([[appendStep("s", ["new"])]], newId()),
        readWhole(store, "s"),
        readFeed(store),
        readFeed(store, { waitMsMax: 1_000 }),
        store.pruneStream({ stream: "s", upTo: 1, limit: 1 }, newId()),
        store.setClosed({ stream: "s", closed: true }, newId()),
        store.trimLog({ upTo: positionOf(1, "000000"), limit: 1 }, newId()),
      ];
      for (const call of calls)
        expect(await failureOf(call)).toMatchObject({
          _tag: "InvalidConfig",
          message: expect.stringContaining("another version of Sluice") as string,
        });
      expect(await bench.digest()).toEqual(before);
    } finally {
      await bench.close();
    }
  });

  it.each<[string, (store: Store) => PromiseLike<unknown>]>([
    ["an append", (store) => store.write([[appendStep("s", ["new"])]], newId())],
    [
      "an append without events that closes",
      (store) => store.write([[appendStep("s", [], { closes: true })]], newId()),
    ],
    ["a close", (store) => store.setClosed({ stream: "s", closed: true }, newId())],
  ])("is told apart from what this version keeps, whatever the log began with: %s", async (_, begin) => {
    const bench = new Bench(url);
    try {
      await begin(bench.store);
      expect(await bench.admin.hget(logKey(bench), "format")).toBe("1");
    } finally {
      await bench.close();
    }
  });

  it.each(["too short", "0".repeat(70), `${"0".repeat(51)}2a\ts\n\nno JSON, but secret`])(
    "that is a damaged event is a defect, and nothing of it is told: %j",
    async (text) => {
      const bench = new Bench(url);
      try {
        await bench.store.write([[appendStep("s", ["old"])]], newId());
        await bench.admin.lset(`${logKey(bench)}:g:0`, 0, text);
        const failure = await failureOf(readWhole(bench.store, "s"));
        expect(failure).toMatchObject({ _tag: "Defect" });
        expect(inspect(failure)).not.toMatch(/secret|too short/);
      } finally {
        await bench.close();
      }
    },
  );
});

describe("full memory", () => {
  it("refuses appends with nothing changed, and lets reads, feeds that wait, checks, prune, trim and what is written with a settlement pass", async () => {
    const server = await startRedisServer({ args: ["--maxmemory", "24mb", "--maxmemory-policy", "noeviction"] });
    const bench = new Bench(server.url);
    const { store } = bench;
    try {
      await bench.enqueue(["m"]);
      await store.write([[appendStep("s", ["a", "b"])]], newId());
      await expect(
        (async () => {
          for (const n of numbered(100_000)) await store.write([[putStep(n, { value: "x".repeat(100_000) })]], newId());
        })(),
      ).rejects.toMatchObject({ _tag: "StoreFull", retryable: true });
      await bench.admin.config("SET", "maxmemory", "1mb");
      const before = await bench.digest();
      for (const steps of [[appendStep("s", ["c"])], [enqueueStep("conformance", "m"), appendStep("t", ["c"])]])
        expect(await failureOf(store.write([steps], newId()))).toMatchObject({ _tag: "StoreFull" });
      expect(await bench.digest()).toEqual(before);
      const end = await endOf(store);
      const waiting = readFeed(store, { after: end, waitMsMax: 10_000 }).then(dataOf);
      const [lease] = await bench.lease({ max: 1 });
      if (lease === undefined) throw new Error("one was ready");
      const answers = await store.write([[bench.settleStep(lease, Ack), appendStep("s", ["with the ack"])]], newId());
      expect(answers.every(isRight)).toBe(true);
      expect(await waiting).toEqual(["with the ack"]);
      expect(await store.pruneStream({ stream: "s", upTo: 1, limit: 10 }, newId())).toEqual({ prunedTo: 1 });
      expect((await readWhole(store, "s")).events.map(({ data }) => data)).toEqual(["b", "with the ack"]);
      await store.setClosed({ stream: "s", closed: true }, newId());
      if (end !== undefined) expect(await store.trimLog({ upTo: end, limit: 10 }, newId())).toEqual({ trimmedTo: end });
      expect(dataOf(await readFeed(store, { after: end }))).toEqual(["with the ack"]);
      expect(await readWhole(store, "s")).toMatchObject({ version: 3, prunedTo: 2, closed: true });
    } finally {
      await bench.close();
      await server.stop();
    }
  }, 30_000);
});

describe("feeds that wait", () => {
  it("share one blocking read, however many they are, and all are told by one append", async () => {
    const bench = new Bench(url);
    const { store } = bench;
    try {
      await store.write([[appendStep("s", ["old"])]], newId());
      const after = await endOf(store);
      const before = Number(/connected_clients:(\d+)/.exec(await bench.admin.info("clients"))?.[1]);
      const waiting = numbered(50).map(() => readFeed(store, { after, waitMsMax: 20_000 }).then(dataOf));
      await until(async () => (await bench.admin.scard(`${logKey(bench)}:wf`)) === 1);
      const during = Number(/connected_clients:(\d+)/.exec(await bench.admin.info("clients"))?.[1]);
      expect(during - before).toBeLessThanOrEqual(1 + OTHER_TESTS);
      await store.write([[appendStep("s", ["new"])]], newId());
      expect(await Promise.all(waiting)).toEqual(waiting.map(() => ["new"]));
    } finally {
      await bench.close();
    }
  });

  it("read right behind an append of their own process, which wakes them by no call", async () => {
    const bench = new Bench(url);
    const { store } = bench;
    try {
      await store.write([[appendStep("s", ["old"])]], newId());
      const after = await endOf(store);
      const waiting = numbered(3).map(() => readFeed(store, { after, waitMsMax: 20_000 }).then(dataOf));
      await until(async () => (await bench.admin.scard(`${logKey(bench)}:wf`)) === 1);
      await bench.admin.del(`${logKey(bench)}:wf`);
      const fromMs = performance.now();
      await Promise.all([
        store.write([[putStep("a"), appendStep("s", ["new"])]], newId()),
        Promise.all(waiting).then((all) => expect(all.every(([first]) => first === "new")).toBe(true)),
      ]);
      // A feed that hears of nothing looks after two seconds.
      expect(performance.now() - fromMs).toBeLessThan(1_900);
    } finally {
      await bench.close();
    }
  }, 15_000);

  it("hear of an append of another process whose wake-up was lost within some seconds", async () => {
    const bench = new Bench(url);
    const other = new Bench(url, {}, bench.namespace);
    const { store } = bench;
    try {
      await store.write([[appendStep("s", ["old"])]], newId());
      const after = await endOf(store);
      const waiting = numbered(3).map(() => readFeed(store, { after, waitMsMax: 20_000 }).then(dataOf));
      await until(async () => (await bench.admin.scard(`${logKey(bench)}:wf`)) === 1);
      await bench.admin.del(`${logKey(bench)}:wf`);
      await other.store.write([[appendStep("s", ["new"])]], newId());
      expect(await Promise.all(waiting)).toEqual(waiting.map(() => ["new"]));
    } finally {
      await other.close();
      await bench.close();
    }
  }, 15_000);

  it("that are gone leave nothing: neither a key nor a read", async () => {
    const bench = new Bench(url);
    const { store } = bench;
    try {
      await store.write([[appendStep("s", ["old"])]], newId());
      const after = await endOf(store);
      const before = await bench.digest();
      const subscriptions = numbered(3).map(() => readFeed(store, { after, waitMsMax: 60_000 }).subscribe());
      await until(async () => (await bench.admin.scard(`${logKey(bench)}:wf`)) === 1);
      for (const subscription of subscriptions) subscription.unsubscribe();
      await until(async () => (await bench.admin.exists(`${logKey(bench)}:wf`)) === 0);
      expect(await bench.digest()).toEqual(before);
      // One that leaves before its call is answered leaves nothing either.
      readFeed(store, { after, waitMsMax: 60_000 }).subscribe().unsubscribe();
      await readWhole(store, "s");
      await until(async () => (await bench.admin.exists(`${logKey(bench)}:wf`)) === 0);
      expect(await bench.digest()).toEqual(before);
    } finally {
      await bench.close();
    }
  }, 15_000);

  it("end with an empty page when their store closes, and leave no key", async () => {
    const bench = new Bench(url);
    const other = redisStore(url, { namespace: bench.namespace });
    try {
      await bench.store.write([[appendStep("s", ["old"])]], newId());
      const after = await endOf(other);
      const before = await bench.digest();
      const waiting = readFeed(other, { after, waitMsMax: 60_000 }).then((page) => page);
      await until(async () => (await bench.admin.scard(`${logKey(bench)}:wf`)) === 1);
      const startMs = Date.now();
      await other.close();
      expect(Date.now() - startMs).toBeLessThan(1_500);
      expect(await waiting).toEqual({ _tag: "Events", events: [], next: after, caughtUp: true });
      expect(await bench.digest()).toEqual(before);
    } finally {
      await other.close();
      await bench.close();
    }
  });

  it("are told that the log went back where it was restored under them", async () => {
    const bench = new Bench(url);
    const { store } = bench;
    try {
      // As after a restore: all is as it was before the last event, and another one stands at its place then.
      await store.write([[appendStep("s", ["a"])]], newId());
      const kept = [logKey(bench), `${logKey(bench)}:g:0`, `${logKey(bench)}:s:s`];
      const dumps = await Promise.all(kept.map((key) => bench.admin.dumpBuffer(key)));
      await store.write([[appendStep("s", ["b"])]], newId());
      const after = await endOf(store);
      const waiting = readFeed(store, { after, waitMsMax: 20_000 }).then((page) => page);
      await until(async () => (await bench.admin.scard(`${logKey(bench)}:wf`)) === 1);
      for (const [i, key] of kept.entries()) await bench.admin.restore(key, 0, dumps[i] ?? "", "REPLACE");
      await bench.admin.hset(logKey(bench), "feeds", "1");
      await store.write([[appendStep("t", ["other"])]], newId());
      const head = await endOf(store);
      expect(await waiting).toEqual({ _tag: "WentBack", head });
    } finally {
      await bench.close();
    }
  });
});

describe("a stream that is pruned bit by bit", () => {
  it("ends small, and its versions and its last id are still known", async () => {
    const bench = new Bench(url);
    const { store } = bench;
    try {
      const events = numbered(900).map((n) => newEvent(n));
      await store.write([[appendStep("s", events)]], newId());
      for (const upTo of [100, 101, 500, 900])
        expect(await store.pruneStream({ stream: "s", upTo, limit: 1_000 }, newId())).toEqual({ prunedTo: upTo });
      expect(await bench.admin.strlen(`${logKey(bench)}:s:s`)).toBe(8);
      const lastId = events.at(-1)?.id;
      const wrong = newEvent("").id;
      const answers = await store.write(
        [
          [appendStep("s", [], { expected: atVersion(900, wrong) })],
          [appendStep("s", ["new"], { expected: atVersion(900, lastId) })],
        ],
        newId(),
      );
      expect(answers.map(isRight)).toEqual([false, true]);
      expect(await readWhole(store, "s")).toMatchObject({ version: 901, prunedTo: 900, events: [{ version: 901 }] });
    } finally {
      await bench.close();
    }
  });
});

describe("large events behind small ones", () => {
  const big = "x".repeat(1024 * 1024);
  /** How long the longest call of the server was since it was asked last (milliseconds). */
  const longestMs = async ({ admin }: Bench): Promise<number> => {
    const calls = (await admin.slowlog("GET", 128)) as ReadonlyArray<readonly [number, number, number]>;
    await admin.slowlog("RESET");
    return Math.max(0, ...calls.map(([, , us]) => us / 1_000));
  };

  it("are read and pruned few at a time: no call reads more than its page has, or holds the server up", async () => {
    const server = await startRedisServer({ args: ["--slowlog-log-slower-than", "0"] });
    const bench = new Bench(server.url);
    const { store, admin } = bench;
    try {
      // One way by the flat script, the other by the general one.
      await store.write([[appendStep("s", numbered(6))]], newId());
      for (const n of numbered(20)) await store.write([[appendStep("s", [big, n, big])]], newId());
      for (const n of numbered(20)) await store.write([[appendStep("s", [big, n, big]), appendStep("t", [])]], newId());
      await longestMs(bench);
      const readsOf = async (call: PromiseLike<unknown>): Promise<number> => {
        await admin.config("RESETSTAT");
        await call;
        return Number(/cmdstat_lrange:calls=(\d+)/.exec(await admin.info("commandstats"))?.[1] ?? 0);
      };
      // Six small ones, four large ones and what is between: some reads for each page, and no read of many large ones.
      expect(await readsOf(readFeed(store))).toBeGreaterThan(8);
      expect(await readsOf(readWhole(store, "s"))).toBeGreaterThan(8);
      expect(dataOf(await readFeed(store)).map((data) => data.length)).toEqual([
        ...numbered(6).map((n) => n.length),
        ...[big.length, 1, big.length, big.length, 1],
      ]);
      await readFeed(store, { types: [] });
      expect(await longestMs(bench)).toBeLessThan(LONGEST_MS);
      expect(await store.pruneStream({ stream: "s", upTo: 100, limit: 1_000 }, newId())).toEqual({ prunedTo: 100 });
      expect(Number(/cmdstat_lindex:calls=(\d+)/.exec(await admin.info("commandstats"))?.[1] ?? 0)).toBeLessThan(10);
    } finally {
      await bench.close();
      await server.stop();
    }
  }, 60_000);
});

describe("a stream at its last version", () => {
  it("takes events up to that, and no more: nothing is changed then", async () => {
    const bench = new Bench(url);
    const { store } = bench;
    const last = 2 ** 32 - 1;
    try {
      await store.write([[appendStep("s", ["old"])]], newId());
      // As if all events before that one had been pruned.
      await bench.admin.hset(logKey(bench), "n:s", `${last - 3} ${last - 3} o`);
      await store.write([[appendStep("s", ["a", "b"])]], newId());
      const { events } = await store.readStream({
        stream: "s",
        after: last - 2,
        upTo: undefined,
        limit: 10,
        backwards: false,
      });
      expect(events.map(({ version, data }) => [version, data])).toEqual([
        [last - 1, "a"],
        [last, "b"],
      ]);
      const before = await bench.digest();
      for (const others of [[], [appendStep("t", ["c"])]])
        expect(await failureOf(store.write([[appendStep("s", ["c"]), ...others]], newId()))).toMatchObject({
          retryable: false,
        });
      expect(await bench.digest()).toEqual(before);
    } finally {
      await bench.close();
    }
  });
});

describe("whatever is written", () => {
  const seeds = numbered(Number(process.env["SEEDS"] ?? 12)).map((n) => `${process.env["SEED"] ?? "log-"}${n}`);

  it.each(seeds)(
    "is answered and read as in memory: %s",
    async (seed) => {
      const namespace = newNamespace();
      const nowMs = (): number => 1_760_000_000_000;
      const scheduler: SchedulerLike = {
        now: nowMs,
        schedule: (work, delay, state) => asyncScheduler.schedule(work as never, delay, state),
      };
      const memory = memoryStore({ scheduler });
      const redis = redisStore(url, { namespace, nowMs });
      const random = randomOf(seed);
      const below = (n: number): number => Math.floor(random() * n);
      const pick = <T>(from: ReadonlyArray<T>): T => from[below(from.length)] as T;
      const streams = ["s", "s/1", "s/12", "S", "é/ \t}", "", "%"];
      const types = ["a", "A", "a b", "\ud800"];
      const ids = [newEvent("never").id];
      const positions: Array<Position> = [positionOf(1, "abcdef"), positionOf(9_999, "abcdef")];
      const versions = new Map<string, number>();
      const sent: Array<{ readonly list: ReadonlyArray<Step>; readonly writeId: string }> = [];
      const expected = (stream: string): StreamExpected =>
        pick([
          { _tag: "Any" },
          { _tag: "Any" },
          noEvents,
          someEvents,
          atVersion(below(4)),
          atVersion(versions.get(stream) ?? 0),
          atVersion(versions.get(stream) ?? 0, pick(ids.slice(-3))),
        ]);
      const append = (): Step => {
        const stream = pick(streams);
        const events = numbered(pick([0, 1, 1, 2, 5, 300])).map((n) =>
          newEvent(`${n}${pick(["", "\n", "\0", "\ud800", "🦊"])}`, {
            type: pick(types),
            meta: pick(["", "{}", "\0", "\udc00"]),
          }),
        );
        ids.push(...events.map(({ id }) => id));
        return appendStep(stream, events, { expected: expected(stream), closes: below(12) === 0 });
      };
      const step = (): Step =>
        below(6) === 0 ? putStep(pick(["a", "b"]), { expected: pick([{ _tag: "Any" }, absent] as const) }) : append();
      /** Lists that have a way of their own, and leave together where they come in one turn. */
      const command = (): ReadonlyArray<Step> => {
        const step = append();
        if (below(2) === 0) return [step];
        const record = pick(["a", "b", "c", "d", "e", "f"]);
        return [putStep(record, { collection: "commands", expected: absent, ...pick([{}, { ttlMs: 60_000 }]) }), step];
      };
      /** The same call on both, which must answer the same. */
      const both = async <A>(call: (store: Store) => PromiseLike<A>): Promise<A> => {
        const [mine, theirs] = [await call(memory), await call(redis)];
        expect(plain(theirs)).toEqual(plain(mine));
        return mine;
      };
      try {
        for (const n of numbered(60)) {
          const lists = numbered(1 + below(4)).map(() => numbered(1 + below(5)).map(step));
          await both((store) => store.write(lists, n));
          const fresh = numbered(1 + below(6)).map((i) => ({ list: command(), writeId: `${n}-${i}` }));
          const commands = fresh.flatMap((one) => (sent.length > 0 && below(6) === 0 ? [one, pick(sent)] : [one]));
          sent.push(...fresh);
          await both((store) => Promise.all(commands.map(({ list, writeId }) => store.write([list], writeId))));
          const stream = pick(streams);
          const change = below(10);
          const [upTo, limit] = [below(400), pick([1, 3, 1_000])];
          const to = pick(positions.slice(-5));
          if (change === 0) await both((store) => store.pruneStream({ stream, upTo, limit }, `prune ${n}`));
          if (change === 1) await both((store) => store.trimLog({ upTo: to, limit }, `trim ${n}`));
          if (change < 4) await both((store) => store.setClosed({ stream, closed: change === 2 }, `close ${n}`));
          for (const name of streams) {
            const request = {
              stream: name,
              after: below(6),
              upTo: pick([undefined, 5, 290]),
              limit: below(400),
              backwards: below(2) === 0,
            };
            const page = await both((store) => store.readStream(request));
            versions.set(name, page.version);
          }
          const request = {
            after: pick([undefined, undefined, ...positions.slice(-4)]),
            types: pick([undefined, undefined, ["a"], ["A", "a b"], []]),
            categories: pick([undefined, undefined, ["s"], ["é", ""], []]),
            limit: pick([1, 7, 1_000]),
            waitMsMax: 0,
          };
          const page = await both((store) => store.readFeed(request));
          if (page._tag === "Events")
            positions.push(
              ...page.events.map(({ position }) => position),
              ...(page.next === undefined ? [] : [page.next]),
            );
          if (page._tag === "Trimmed") positions.push(page.trimmedTo);
        }
      } finally {
        await memory.close();
        await redis.close();
        await cleanUp(url, namespace);
      }
    },
    60_000,
  );
});

/** What no call may take even where the machine is busy (milliseconds): read in one go these would take ten times as long. */
const LONGEST_MS = 1_000;

/** Connections that other tests may open meanwhile: these share the server. */
const OTHER_TESTS = 30;

const failureOf = (call: PromiseLike<unknown>): PromiseLike<unknown> =>
  call.then(
    () => undefined,
    (cause: unknown) => cause,
  );

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 800; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("it never came");
};

/** Errors compare by their fields. */
const plain = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer ?? null)) as unknown;
