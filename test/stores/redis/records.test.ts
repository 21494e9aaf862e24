/** Records on Redis: foreign values, full memory, and the same as in memory for whatever is written. */
import { inspect } from "node:util";
import { isRight } from "fp-ts/lib/Either.js";
import { describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import { randomOf } from "../../../src/core/Random.js";
import type { Revision } from "../../../src/core/Revision.js";
import type { RecordExpected } from "../../../src/core/steps/recordSteps.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Store } from "../../../src/port/Store.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { enqueueStep } from "../../../src/testing/conformance/queue/steps.js";
import { absent, at, checkStep, putStep, removeStep } from "../../../src/testing/conformance/records/steps.js";
import { startRedisServer } from "../../support/redisServer.js";
import { Bench, numbered } from "./bench.js";
import { cleanUp, newNamespace } from "./namespace.js";

const url = inject("redisUrl");
const page = (store: Store, indexes: ReadonlyArray<string>, backwards = false) =>
  store.pageRecords({
    collection: "things",
    indexes,
    from: undefined,
    upTo: undefined,
    after: undefined,
    limit: 1_000,
    backwards,
  });

describe("a foreign value at a key of records", () => {
  const old = putStep("a", { indexes: [{ name: "old", sort: "1" }] });
  const writes: Readonly<Record<string, ReadonlyArray<Step>>> = {
    "a put": [putStep("a", { indexes: [{ name: "new", sort: "1" }] })],
    "a remove": [removeStep("a")],
    "a check": [checkStep("a")],
    "a put behind a message": [
      enqueueStep("conformance", "m"),
      putStep("b"),
      putStep("a", { indexes: [{ name: "new", sort: "1" }] }),
    ],
  };

  const passing: Readonly<Record<string, ReadonlyArray<string>>> = {
    ":a": [],
    ":i:old": [],
    ":i:new": ["a remove", "a check"],
  };

  it.each(Object.keys(passing))(
    "at %s: a write that touches it fails clean and changes nothing, every other is done",
    async (suffix) => {
      for (const [name, steps] of Object.entries(writes)) {
        const bench = new Bench(url);
        const key = `{${bench.namespace}}:v:things${suffix}`;
        try {
          await bench.store.write([[old]], newId());
          await bench.admin.del(key);
          await bench.admin.hset(key, "a", "foreign");
          const before = await bench.digest();
          const failure = await bench.store.write([steps], newId()).then(
            () => undefined,
            (cause: unknown) => cause,
          );
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

  it("which only a later list of the call touches, or a record leaves, keeps the first list from being done", async () => {
    for (const last of [putStep("c", { indexes: [{ name: "late", sort: "1" }] }), removeStep("d"), putStep("d")]) {
      const bench = new Bench(url);
      try {
        await bench.store.write([[putStep("d", { indexes: [{ name: "late", sort: "1" }] })]], newId());
        await bench.admin.set(`{${bench.namespace}}:v:things:i:late`, "foreign");
        const before = await bench.digest();
        const lists = [
          [bench.step("m"), putStep("b")],
          [putStep("e", { indexes: [{ name: "new", sort: "1" }] })],
          [last],
        ];
        await expect(bench.store.write(lists, newId()).then((answers) => answers)).rejects.toMatchObject({
          _tag: "InvalidConfig",
        });
        expect(await bench.digest()).toEqual(before);
      } finally {
        await bench.close();
      }
    }
  });

  it("is refused where it is an empty text, or has no end", async () => {
    const bench = new Bench(url);
    try {
      for (const text of ["", "1", `1${"x".repeat(2_000)}`, `1r\n${"x".repeat(200_000)}`]) {
        await bench.admin.set(`{${bench.namespace}}:v:things:a`, text);
        const before = await bench.digest();
        await expect(
          bench.store.write([[putStep("b"), putStep("a")]], newId()).then((answers) => answers),
        ).rejects.toMatchObject({ _tag: "InvalidConfig" });
        expect(await bench.digest()).toEqual(before);
      }
    } finally {
      await bench.close();
    }
  });

  it("is told to readers as it is to writers, also a text that is no record", async () => {
    const bench = new Bench(url);
    try {
      await bench.store.write([[old]], newId());
      await bench.admin.set(`{${bench.namespace}}:v:things:a`, "2later\n\n0value");
      const calls: ReadonlyArray<PromiseLike<unknown>> = [
        bench.store.getRecords([{ collection: "things", id: "a" }]),
        page(bench.store, ["old"]),
        bench.store.write([[checkStep("a")]], newId()),
      ];
      for (const call of calls)
        await expect(call.then((answer) => answer)).rejects.toMatchObject({
          _tag: "InvalidConfig",
          message: expect.stringContaining("another version of Sluice") as string,
        });
    } finally {
      await bench.close();
    }
  });
});

describe("a record on Redis", () => {
  it("leaves all its places, however long the list of them is", async () => {
    const bench = new Bench(url);
    try {
      const names = numbered(700).map((n) => `an index of a long name ${n}`);
      const indexes = names.map((name) => ({ name, sort: "s".repeat(128) }));
      const first = putStep("a", { indexes });
      await bench.store.write([[first]], newId());
      expect((await bench.store.countRecords({ collection: "things", indexes: names })).every((n) => n === 1)).toBe(
        true,
      );
      const answers = await bench.store.write([[removeStep("a", { expected: at(first.revision) })]], newId());
      expect(answers.every(isRight)).toBe(true);
      expect((await bench.store.countRecords({ collection: "things", indexes: names })).every((n) => n === 0)).toBe(
        true,
      );
    } finally {
      await bench.close();
    }
  });

  it("that somebody else deleted is passed by in pages", async () => {
    const bench = new Bench(url);
    try {
      await bench.store.write(
        [["a", "b", "c"].map((id) => putStep(id, { indexes: [{ name: "all", sort: id }] }))],
        newId(),
      );
      await bench.admin.del(`{${bench.namespace}}:v:things:b`);
      expect((await page(bench.store, ["all"])).items.map(({ id }) => id)).toEqual(["a", "c"]);
    } finally {
      await bench.close();
    }
  });

  it.each([0, -5, 0.2, Number.NaN, Number.POSITIVE_INFINITY])(
    "with a ttl of %d is put, or its list is not",
    async (ttlMs) => {
      const bench = new Bench(url);
      try {
        const answers = await bench.store.write([[putStep("a"), putStep("b", { ttlMs }), putStep("c")]], newId());
        expect(answers.every(isRight)).toBe(true);
        const pttl = await bench.admin.pttl(`{${bench.namespace}}:v:things:b`);
        if (ttlMs > 1) expect(pttl).toBeGreaterThan(1e9);
        else expect(pttl).toBeLessThanOrEqual(1);
      } finally {
        await bench.close();
      }
    },
  );

  it.each(["1without its lines", "1r\n\n2no JSON, but secret"])(
    "that is damaged is a defect, and nothing of it is told: %j",
    async (text) => {
      const bench = new Bench(url);
      try {
        await bench.admin.set(`{${bench.namespace}}:v:things:a`, text);
        const failure = await bench.store.getRecords([{ collection: "things", id: "a" }]).then(
          () => undefined,
          (cause: unknown) => cause,
        );
        expect(failure).toMatchObject({ _tag: "Defect" });
        expect(inspect(failure)).not.toMatch(/secret|without its lines/);
      } finally {
        await bench.close();
      }
    },
  );
});

describe("full memory", () => {
  it("refuses puts with nothing changed, and lets reads, checks, removes and what is written with a settlement pass", async () => {
    const server = await startRedisServer({ args: ["--maxmemory", "24mb", "--maxmemory-policy", "noeviction"] });
    const bench = new Bench(server.url);
    const { store } = bench;
    try {
      await bench.enqueue(["m"]);
      const first = putStep("a", { indexes: [{ name: "all", sort: "1" }] });
      await store.write([[first]], newId());
      await expect(
        (async () => {
          for (const n of numbered(100_000)) await store.write([[putStep(n, { value: "x".repeat(100_000) })]], newId());
        })(),
      ).rejects.toMatchObject({ _tag: "StoreFull", retryable: true });
      await bench.admin.config("SET", "maxmemory", "1mb");
      const before = await bench.digest();
      for (const steps of [
        [putStep("b")],
        [putStep("a", { indexes: [{ name: "all", sort: "2" }] })],
        [checkStep("a"), putStep("c")],
      ])
        await expect(store.write([steps], newId()).then((answers) => answers)).rejects.toMatchObject({
          _tag: "StoreFull",
        });
      expect(await bench.digest()).toEqual(before);
      expect((await page(store, ["all"])).items.map(({ id }) => id)).toEqual(["a"]);
      const [lease] = await bench.lease({ max: 1 });
      if (lease === undefined) throw new Error("one was ready");
      const answers = await store.write(
        [
          [bench.settleStep(lease, Ack), putStep("with the ack", { indexes: [{ name: "all", sort: "3" }] })],
          [removeStep("a", { expected: at(first.revision) })],
        ],
        newId(),
      );
      expect(answers.every(isRight)).toBe(true);
      expect((await page(store, ["all"])).items.map(({ id }) => id)).toEqual(["with the ack"]);
      const [alone] = await store.write([[removeStep("with the ack")]], newId());
      expect(alone !== undefined && isRight(alone)).toBe(true);
      expect((await page(store, ["all"])).items).toEqual([]);
    } finally {
      await bench.close();
      await server.stop();
    }
  }, 30_000);
});

describe("whatever is written", () => {
  const seeds = numbered(Number(process.env["SEEDS"] ?? 12)).map((n) => `${process.env["SEED"] ?? "records-"}${n}`);

  it.each(seeds)("is answered and read as in memory: %s", async (seed) => {
    const namespace = newNamespace();
    const [memory, redis] = [memoryStore(), redisStore(url, { namespace })] as const;
    const random = randomOf(seed);
    const below = (n: number): number => Math.floor(random() * n);
    const pick = <T>(from: ReadonlyArray<T>): T => from[below(from.length)] as T;
    const ids = ["a", "b", "c:d", "é", "", "A"];
    const revisions: Array<Revision> = [putStep("never").revision];
    const expected = (): RecordExpected => pick([{ _tag: "Any" }, absent, at(pick(revisions.slice(-6)))] as const);
    const step = (): Step => {
      const id = pick(ids);
      const kind = below(8);
      if (kind === 0) return removeStep(id, { expected: expected() });
      if (kind === 1) return checkStep(id, { expected: expected() });
      if (kind === 2) return enqueueStep("conformance", "m");
      const put = putStep(id, {
        expected: expected(),
        value: `v${below(1_000)}`,
        indexes: numbered(below(4)).map(() => ({ name: pick(["one", "two", "é"]), sort: pick(["1", "2", "~", "1!"]) })),
      });
      revisions.push(put.revision);
      return put;
    };
    try {
      for (const n of numbered(60)) {
        const lists = numbered(1 + below(4)).map(() => numbered(1 + below(5)).map(step));
        const [mine, theirs] = [await memory.write(lists, n), await redis.write(lists, n)];
        expect(theirs.map(plain)).toEqual(mine.map(plain));
        const names = ids.map((id) => ({ collection: "things", id }));
        expect(await redis.getRecords(names)).toEqual(await memory.getRecords(names));
        const indexes = pick([["one"], ["two", "one"], ["é", "two", "one"], ["none"]]);
        const request = {
          collection: "things",
          indexes,
          from: pick([undefined, "1", "2"]),
          upTo: pick([undefined, "1", "~"]),
          after: pick([undefined, "1 b", "2 ", "~ zzz"]),
          limit: 1 + below(5),
          backwards: random() < 0.5,
        };
        expect(await redis.pageRecords(request)).toEqual(await memory.pageRecords(request));
        const counted = { collection: "things", indexes };
        expect(await redis.countRecords(counted)).toEqual(await memory.countRecords(counted));
      }
    } finally {
      await memory.close();
      await redis.close();
      await cleanUp(url, namespace);
    }
  });
});

/** Errors compare by their fields. */
const plain = (answer: unknown): unknown => JSON.parse(JSON.stringify(answer)) as unknown;
