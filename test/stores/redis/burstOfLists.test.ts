/** Writes of lists of any steps, of one burst: they leave together, and each stays a write of its own. */
import { isRight } from "fp-ts/lib/Either.js";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newMessageId } from "../../../src/core/MessageId.js";
import { newId } from "../../../src/core/newId.js";
import { randomOf } from "../../../src/core/Random.js";
import { type Revision, revisionOf } from "../../../src/core/Revision.js";
import type { Step, WriteAnswer } from "../../../src/core/steps/Step.js";
import type { Store } from "../../../src/port/Store.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";
import { appendStep, atVersion } from "../../../src/testing/conformance/log/steps.js";
import {
  absent,
  anyState,
  at as atRevision,
  checkStep,
  putStep,
} from "../../../src/testing/conformance/records/steps.js";
import { startRedisServer } from "../../support/redisServer.js";
import { Bench, numbered, payloadsOf } from "./bench.js";

const url = inject("redisUrl");
const endings: Array<() => PromiseLike<unknown>> = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const bench = (...args: ConstructorParameters<typeof Bench>): Bench => {
  const made = new Bench(...args);
  endings.push(() => made.close());
  return made;
};

const write = async (store: Store, list: ReadonlyArray<Step>, writeId: string = newId()): Promise<WriteAnswer> => {
  const [answer] = await store.write([list], writeId);
  if (answer === undefined) throw new Error("a list has an answer");
  return answer;
};

/** An event of a hub, so to say: a record that must be as it was, a new one, and a message. */
const emitting = (at: Bench, name: string): ReadonlyArray<Step> => [
  checkStep("routes", { expected: absent }),
  putStep(name, { expected: absent, indexes: [{ name: "all", sort: "-" }] }),
  at.step(name),
];

/** How often the server has run scripts since it was asked before. */
const counting = (at: Bench): (() => Promise<number>) => {
  let before = 0;
  return async () => {
    const stats = await at.admin.info("commandstats");
    const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, n]) => sum + Number(n), 0);
    const fresh = calls - before;
    before = calls;
    return fresh;
  };
};

const fresh = async (): Promise<Bench> => {
  const server = await startRedisServer();
  endings.push(() => server.stop());
  const at = bench(server.url);
  await at.store.ready();
  return at;
};

const SEEDS = Number(process.env["SEEDS"] ?? 12);

describe("a burst of writes of several steps", () => {
  it("leaves as one call of one list, and calls of sixteen lists", async () => {
    const at = await fresh();
    const calls = counting(at);
    await calls();
    const answers = await Promise.all(numbered(33).map((n) => write(at.store, emitting(at, n))));
    expect(answers.every(isRight)).toBe(true);
    expect(await calls()).toBe(3);
    expect(payloadsOf(await at.lease())).toEqual(numbered(33));
    expect((await at.store.countRecords({ collection: "things", indexes: ["all"] }))[0]).toBe(33);
  });

  it("tells each write its own refusal, and what a later one finds is what an earlier one did", async () => {
    const at = bench(url);
    const revision = revisionOf(newId());
    const lists: ReadonlyArray<ReadonlyArray<Step>> = [
      emitting(at, "a"),
      [putStep("b", { revision }), at.step("b")],
      emitting(at, "b"),
      [appendStep("s", ["x", "y"]), putStep("c", { expected: atRevision(revision) })],
      [checkStep("b", { expected: atRevision(revision) }), appendStep("s", ["z"], { expected: atVersion(2) })],
      [appendStep("s", ["no"], { expected: atVersion(2) }), at.step("no")],
    ];
    const ids = lists.map(() => newId());
    const told = (): Promise<ReadonlyArray<string>> =>
      Promise.all(
        lists.map(async (list, i) => {
          const answer = await write(at.store, list, ids[i]);
          return isRight(answer) ? answer.right.map(({ _tag }) => _tag).join() : answer.left._tag;
        }),
      );
    const expected = [
      "Checked,Put,Enqueued",
      "Put,Enqueued",
      "RecordConflict",
      "RecordConflict",
      "VersionConflict",
      "VersionConflict",
    ];
    expect(await told()).toEqual(expected);
    expect(await told()).toEqual(expected);
    expect(payloadsOf(await at.lease())).toEqual(["a", "b"]);
  });

  it("may be sent again, each by itself or in another burst, and nothing doubles", async () => {
    const at = bench(url);
    const writes = numbered(10).map((n) => [emitting(at, n), newId()] as const);
    for (const order of [writes, [...writes].reverse(), writes.slice(3, 4), writes.slice(5)])
      expect((await Promise.all(order.map(([list, id]) => write(at.store, list, id)))).every(isRight)).toBe(true);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 10 });
  });

  it("goes to consumers that wait", async () => {
    const at = bench(url);
    const waiting = [1, 2, 3].map((n) => at.lease({ waitMsMax: 10_000, max: 1, consumer: String(n) }));
    await expect.poll(() => at.admin.exists(`${at.key}:h`)).toBe(1);
    await Promise.all(["a", "b", "c"].map((name) => write(at.store, emitting(at, name))));
    expect((await Promise.all(waiting)).flatMap(payloadsOf).sort()).toEqual(["a", "b", "c"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 3, leased: 3 });
  });

  it("is refused whole where there is no memory, and passes by a foreign value that only one of them meets", async () => {
    const at = await fresh();
    await at.enqueue(["first"]);
    await at.admin.config("SET", "maxmemory", "1");
    const digest = await at.digest();
    const refused = await Promise.allSettled(numbered(5).map((n) => write(at.store, emitting(at, n))));
    expect(refused.map((end) => (end.status === "rejected" ? (end.reason as { _tag: string })._tag : "done"))).toEqual(
      Array.from({ length: 5 }, () => "StoreFull"),
    );
    await at.admin.config("SET", "maxmemory", "0");
    expect(await at.digest()).toEqual(digest);
    await at.admin.set(`{${at.namespace}}:q:foreign`, "somebody else's");
    const names = ["a", "b", "foreign", "c"];
    const ends = await Promise.allSettled(
      names.map((name) => write(at.store, [...emitting(at, name), at.step(name, { queue: name })])),
    );
    expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(payloadsOf(await at.lease())).toEqual(["first", "a", "b", "c"]);
  });

  it.each(Array.from({ length: SEEDS }, (_, seed) => seed))(
    "does what the memory store does, seed %i",
    async (seed) => {
      const random = randomOf(`burst ${seed}`);
      const at = bench(url);
      const memory = memoryStore();
      const below = (n: number): number => Math.floor(random() * n);
      const revisions: Array<Revision> = [];
      const kinds: ReadonlyArray<() => Step> = [
        () => checkStep(`r${below(3)}`, { expected: expectedOf() }),
        () => putOf(),
        () =>
          appendStep(`s${below(2)}`, numbered(below(3)), {
            expected: below(2) === 0 ? atVersion(below(4)) : { _tag: "Any" },
          }),
        () =>
          at.step(`${below(100)}`, {
            key: below(2) === 0 ? `k${below(2)}` : undefined,
            priority: below(3),
            delayMs: below(4) === 0 ? 3_600_000 : 0,
            dedupe: below(3) === 0 ? { id: `d${below(3)}`, windowMs: 60_000 } : undefined,
            id: newMessageId(),
          }),
      ];
      const expectedOf = () =>
        [absent, anyState, anyState, atRevision(revisions[below(revisions.length)] ?? revisionOf(newId()))][below(4)] ??
        anyState;
      const putOf = (): Step => {
        const revision = revisionOf(newId());
        revisions.push(revision);
        return putStep(`r${below(3)}`, {
          revision,
          expected: expectedOf(),
          indexes: [{ name: `i${below(2)}`, sort: "x" }],
        });
      };
      const lists = Array.from({ length: 60 }, () => {
        const found = new Map<string, Step>();
        for (let n = below(4); n >= 0; n--) {
          const step = kinds[below(kinds.length)]?.();
          const name =
            step?._tag === "Append" ? step.stream : step !== undefined && "collection" in step ? step.id : newId();
          if (step !== undefined) found.set(name, step);
        }
        return [...found.values()];
      });
      const write1 = (store: Store) => Promise.all(lists.map((list) => write(store, list)));
      const [onRedis, inMemory] = [await write1(at.store), await write1(memory)];
      expect(onRedis).toEqual(inMemory);
      const look = async (store: Store) => ({
        records: await store.getRecords(["r0", "r1", "r2"].map((id) => ({ collection: "things", id }))),
        counts: await store.countRecords({ collection: "things", indexes: ["i0", "i1"] }),
        stats: await store.stats(at.queue),
        next: (await store.peek({ queue: at.queue, limit: 100 })).map(({ id, payload }) => [id, payload]),
      });
      expect(await look(at.store)).toEqual(await look(memory));
    },
  );
});
