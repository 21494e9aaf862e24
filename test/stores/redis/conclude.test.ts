/** Lists of an ack and a put on Redis: which have a script of their own, and what that does. */
import { isLeft, isRight } from "fp-ts/lib/Either.js";
import { describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Retry } from "../../../src/core/Outcome.js";
import { type Revision, revisionOf } from "../../../src/core/Revision.js";
import type { RecordExpected } from "../../../src/core/steps/recordSteps.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import { shapeOf } from "../../../src/stores/redis/write/shapes.js";
import { absent, at, type PutDraft, putStep, removeStep } from "../../../src/testing/conformance/records/steps.js";
import { startRedisServer } from "../../support/redisServer.js";
import { Bench, numbered, until } from "./bench.js";

const url = inject("redisUrl");
type Lists = ReadonlyArray<ReadonlyArray<Step>>;

const concluding = (bench: Bench, leases: ReadonlyArray<Lease>, draft: (n: number) => PutDraft = () => ({})): Lists =>
  leases.map((lease, n) => [bench.settleStep(lease, Ack), putStep(`r${n}`, draft(n))]);
const scriptOf = (lists: Lists): string => shapeOf(lists).script.name;

describe("lists of an ack and a put", () => {
  it("of one queue have a script of their own, also with acks among them; all others have not", async () => {
    const bench = new Bench(url);
    try {
      await bench.enqueue(["a", "b"]);
      const [a, b] = await bench.lease();
      if (a === undefined || b === undefined) throw new Error("two were ready");
      const [ack, other] = [bench.settleStep(a, Ack), bench.settleStep(b, Ack)];
      const put = putStep("r");
      const one = [ack, put];
      for (const lists of [
        [one],
        [one, [other, putStep("s", { collection: "others", ttlMs: 5 })]],
        [[other], one],
        [one, [other]],
      ])
        expect(scriptOf(lists)).toBe("conclude");
      expect(scriptOf([[ack], [other]])).toBe("ack");
      for (const list of [
        [put, ack],
        [ack, put, putStep("s")],
        [ack, removeStep("r")],
        [ack, other],
        [bench.settleStep(a, Retry({ cause: "x" })), put],
        [{ ...ack, queue: "another" } as Step, put],
        [put],
        [],
      ])
        expect(scriptOf([[other, putStep("t")], list])).toBe("write");
    } finally {
      await bench.close();
    }
  });

  it("leave in several calls where they are many, and answer the same when they are sent again", async () => {
    const bench = new Bench(url);
    try {
      const count = 1_700;
      await bench.enqueue(numbered(count));
      const lists = concluding(bench, await bench.lease(), (n) => ({
        expected: absent,
        indexes: [{ name: "all", sort: String(n) }],
      }));
      const writeId = newId();
      const first = await bench.store.write(lists, writeId);
      expect(first).toHaveLength(count);
      expect(first.every(isRight)).toBe(true);
      const before = await bench.digest();
      expect(await bench.store.write(lists, writeId)).toEqual(first);
      expect(withoutResults(await bench.digest())).toEqual(withoutResults(before));
      expect(await bench.store.stats(bench.queue)).toMatchObject({ acked: count, leased: 0 });
      expect(await bench.store.countRecords({ collection: "things", indexes: ["all"] })).toEqual([count]);
      const late = await bench.store.write(lists, newId());
      expect(late.every((answer) => isLeft(answer) && answer.left._tag === "LeaseLost")).toBe(true);
    } finally {
      await bench.close();
    }
  });

  it("see what lists before them in the call did, and not what refused ones would have done", async () => {
    const bench = new Bench(url);
    try {
      await bench.enqueue(["a", "b", "c"]);
      const [a, b, c] = await bench.lease();
      if (a === undefined || b === undefined || c === undefined) throw new Error("three were ready");
      const [first, second, refused] = [newId(), newId(), newId()].map(revisionOf) as [Revision, Revision, Revision];
      const put = (expected: RecordExpected, revision: Revision, name: string) =>
        putStep("r", { expected, revision, indexes: [{ name, sort: "1" }] });
      const answers = await bench.store.write(
        [
          [bench.settleStep(a, Ack), put(absent, first, "first")],
          [bench.settleStep(b, Ack), put(absent, refused, "refused")],
          [bench.settleStep(a, Ack), put(at(first), refused, "refused")],
          [bench.settleStep(b, Ack), put(at(refused), refused, "refused")],
          [bench.settleStep(c, Ack), put(at(first), second, "second")],
          [bench.settleStep(b, Ack)],
        ],
        newId(),
      );
      expect(answers.map((answer) => (isLeft(answer) ? answer.left : "done"))).toMatchObject([
        "done",
        { _tag: "RecordConflict", actual: first },
        { _tag: "LeaseLost" },
        { _tag: "RecordConflict", actual: first },
        "done",
        "done",
      ]);
      const counts = await bench.store.countRecords({ collection: "things", indexes: ["first", "refused", "second"] });
      expect(counts).toEqual([0, 0, 1]);
      expect(await bench.store.getRecords([{ collection: "things", id: "r" }])).toMatchObject([{ revision: second }]);
      expect(await bench.store.stats(bench.queue)).toMatchObject({ acked: 3 });
    } finally {
      await bench.close();
    }
  });

  it("give a record its ttl, and take it from one that is put without", async () => {
    const bench = new Bench(url);
    try {
      await bench.enqueue(numbered(4));
      const leases = await bench.lease();
      const ttls = async () =>
        await Promise.all(["r0", "r1"].map((id) => bench.admin.pttl(`{${bench.namespace}}:v:things:${id}`)));
      await bench.store.write(
        concluding(bench, leases.slice(0, 2), (n) => (n === 0 ? { ttlMs: 60_000 } : {})),
        newId(),
      );
      const [first = 0, second] = await ttls();
      expect([first > 50_000 && first <= 60_000, second]).toEqual([true, -1]);
      await bench.store.write(
        concluding(bench, leases.slice(2), (n) => (n === 1 ? { ttlMs: 60_000 } : {})),
        newId(),
      );
      const [third, fourth = 0] = await ttls();
      expect([third, fourth > 50_000]).toEqual([-1, true]);
    } finally {
      await bench.close();
    }
  });

  it("hand the follower of a key over to a consumer that waits, as acks alone do", async () => {
    const bench = new Bench(url);
    try {
      await bench.enqueue(["head", "follows"], { key: "k" });
      const leases = await bench.lease({ max: 1 });
      await bench.admin.del(`${bench.key}:w`); // the wake-up of the enqueue would make the consumer that waits ask once more
      const waiting = bench.lease({ max: 1, waitMsMax: 10_000, consumer: "two" });
      await until(async () => (await bench.admin.get(`${bench.key}:h`))?.startsWith("w") === true);
      expect((await bench.store.write(concluding(bench, leases), newId())).every(isRight)).toBe(true);
      const [follower] = await waiting;
      expect(follower).toMatchObject({ payload: "follows", token: expect.stringContaining(":h-") as string });
    } finally {
      await bench.close();
    }
  });
});

describe("full memory", () => {
  it("lets them pass, whole", async () => {
    const server = await startRedisServer({ args: ["--maxmemory", "24mb", "--maxmemory-policy", "noeviction"] });
    const bench = new Bench(server.url);
    try {
      await bench.enqueue(["head", "follows"], { key: "k" });
      await bench.enqueue(numbered(20));
      await bench.store.write([[putStep("r0", { indexes: [{ name: "old", sort: "1" }] })]], newId());
      const leases = await bench.lease();
      await bench.admin.config("SET", "maxmemory", "1mb");
      await expect(bench.store.write([[putStep("a")]], newId()).then((r) => r)).rejects.toMatchObject({
        _tag: "StoreFull",
      });
      const lists = concluding(bench, leases, () => ({ indexes: [{ name: "new", sort: "1" }] }));
      expect(scriptOf(lists)).toBe("conclude");
      expect((await bench.store.write(lists, newId())).every(isRight)).toBe(true);
      expect(await bench.store.countRecords({ collection: "things", indexes: ["old", "new"] })).toEqual([0, 21]);
      expect(await bench.store.stats(bench.queue)).toMatchObject({ acked: 21, ready: 1, waiting: 0, leased: 0 });
    } finally {
      await bench.close();
      await server.stop();
    }
  }, 30_000);
});

describe("a foreign value", () => {
  it.each([":a", ":i:old", ":i:new"])(
    "at %s of the records fails the call clean, also where only its last list touches it",
    async (suffix) => {
      for (const text of [undefined, "", "2of a later version\n\n0value"]) {
        const bench = new Bench(url);
        const key = `{${bench.namespace}}:v:things${suffix}`;
        try {
          await bench.store.write([[putStep("a", { indexes: [{ name: "old", sort: "1" }] })]], newId());
          await bench.enqueue(["head", "follows"], { key: "k" });
          await bench.enqueue(["deduped"], { dedupe: { id: "d", windowMs: Number.POSITIVE_INFINITY } });
          const [one, last] = (await bench.lease()).map((lease) => bench.settleStep(lease, Ack));
          if (one === undefined || last === undefined) throw new Error("two were ready");
          await bench.admin.del(key);
          if (text === undefined) await bench.admin.hset(key, "a", "foreign");
          else await bench.admin.set(key, text);
          const before = await bench.digest();
          const lists = [
            [one, putStep("b", { indexes: [{ name: "others", sort: "1" }] })],
            [last, putStep("a", { indexes: [{ name: "new", sort: "1" }] })],
          ];
          for (const written of [lists, lists.slice(1)])
            await expect(bench.store.write(written, newId()).then((r) => r)).rejects.toMatchObject({
              _tag: "InvalidConfig",
              retryable: false,
            });
          expect(await bench.digest()).toEqual(before);
        } finally {
          await bench.close();
        }
      }
    },
  );

  it("that says that another version keeps the queue is refused, and nothing is changed", async () => {
    const bench = new Bench(url);
    try {
      await bench.enqueue(["a"]);
      const lists = concluding(bench, await bench.lease());
      await bench.admin.hset(bench.key, "format", "2");
      const before = await bench.digest();
      await expect(bench.store.write(lists, newId()).then((r) => r)).rejects.toMatchObject({
        _tag: "InvalidConfig",
        message: expect.stringContaining("another version of Sluice") as string,
      });
      expect(await bench.digest()).toEqual(before);
    } finally {
      await bench.close();
    }
  });
});

const withoutResults = (digest: Awaited<ReturnType<Bench["digest"]>>) => digest.filter(([key]) => !key.includes(":w:"));
