/** Marks: what an enqueuer told of a message is told of the head of its key. */
import assert from "node:assert/strict";
import { v7 } from "uuid";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import type { KeyHead } from "../../../../port/QueuePort.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { answered, numbered, payloadsOf, type Scene } from "../Scene.js";

const headsOf = async (scene: Scene, keys: ReadonlyArray<string>): Promise<ReadonlyArray<KeyHead | undefined>> => {
  const heads = await answered(scene.store.heads({ queue: scene.queue, keys }));
  assert.equal(heads.length, keys.length, "there is one answer per key");
  return heads;
};

/** Asserts who is the head of key "k": the mark it tells, or undefined where it has none. */
const headIs = async (scene: Scene, mark: string | undefined, when: string): Promise<void> =>
  assert.deepEqual(await headsOf(scene, ["k"]), [{ mark, blocked: false }], when);

const isBlocked = async (scene: Scene, mark: string | undefined, when: string): Promise<void> =>
  assert.deepEqual(await headsOf(scene, ["k"]), [{ mark, blocked: true }], when);

const isFree = async (scene: Scene, when: string): Promise<void> =>
  assert.deepEqual(await headsOf(scene, ["k"]), [undefined], when);

/** Enqueues messages of key "k" in one list, each with its payload as its mark. */
const enqueueMarked = async (scene: Scene, marks: ReadonlyArray<string>): Promise<void> => {
  await scene.done(marks.map((mark) => scene.enqueueStep(mark, { key: "k", mark })));
};

export const marksCases: ReadonlyArray<ConformanceCase> = casesOf("4. Order per key: marks", {
  "a free key has no head, and each key is told in the order in which it was asked for": async (scene) => {
    assert.deepEqual(await headsOf(scene, ["k"]), [undefined], "the queue was never used");
    await scene.enqueue(["b"], { key: "b", mark: "of-b" });
    await scene.enqueue(["a"], { key: "a", mark: "of-a" });
    await scene.enqueue(["none"], { key: "none" });
    const [a, b] = [
      { mark: "of-a", blocked: false },
      { mark: "of-b", blocked: false },
    ];
    assert.deepEqual(await headsOf(scene, ["b", "free", "none", "a", "b"]), [
      b,
      undefined,
      { mark: undefined, blocked: false },
      a,
      b,
    ]);
    assert.deepEqual(await headsOf(scene, []), []);
    assert.deepEqual(await headsOf(scene.on(`${scene.queue}:other`), ["a"]), [undefined], "the queue is another one");
  },
  "the head tells the mark of its enqueue, whoever follows it and however it comes back": async (scene) => {
    await enqueueMarked(scene, ["first", "next"]);
    await headIs(scene, "first", "while it is ready");
    const lease = await scene.leaseOne();
    await headIs(scene, "first", "while it is leased");
    await scene.settle([lease], Retry({ cause: "again" }));
    await headIs(scene, "first", "after a retry");
    await scene.settle([await scene.leaseOne()], Release({ reason: "not now" }));
    await headIs(scene, "first", "after a release");
    await scene.settle([await scene.leaseOne()], Retry({ cause: "later", delayMs: 30 }));
    await headIs(scene, "first", "while its retry is delayed");
    await scene.advance(40);
    await headIs(scene, "first", "when its retry is due");
    await scene.leaseOne({ leaseMs: 10 });
    await scene.advance(20);
    await headIs(scene, "first", "when its lease ended");
    const again = await scene.leaseOne();
    assert.equal(again.payload, "first");
    await headIs(scene, "first", "when it is leased again");
  },
  "a head that is blocked says so and tells its mark, and after an unblock too": async (scene) => {
    await enqueueMarked(scene, ["first", "next"]);
    await scene.enqueue(["other"], { key: "other" });
    for (const scope of ["key", "queue"] as const) {
      const leases = await scene.lease();
      await scene.settle(leases.slice(0, 1), Block({ cause: "no", scope }));
      await isBlocked(scene, "first", `while it is blocked with scope ${scope}`);
      assert.deepEqual(await headsOf(scene, ["other"]), [{ mark: undefined, blocked: false }]);
      assert.equal(await scene.unblock("all", "retry"), 1);
      await headIs(scene, "first", "when it was unblocked");
      await scene.settle(leases.slice(1), Release({ reason: "given back" }));
    }
  },
  "a blocked head without a mark says so too": async (scene) => {
    await scene.enqueue(["a", "b"], { key: "k" });
    for (const scope of ["key", "queue"] as const) {
      await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope }));
      await isBlocked(scene, undefined, `while it is blocked with scope ${scope}`);
      assert.equal(await scene.unblock("all", "retry"), 1);
      await headIs(scene, undefined, "when it was unblocked");
    }
  },
  "the next head tells its own mark after an ack, a reject, a skip, a purge and a last failure": async (scene) => {
    await enqueueMarked(scene, ["acked", "rejected", "skipped", "purged", "failed", "expired", "last"]);
    await scene.settle([await scene.leaseOne()], Ack);
    await headIs(scene, "rejected", "after an ack");
    await scene.settle([await scene.leaseOne()], Reject({ cause: "no" }));
    await headIs(scene, "skipped", "after a reject");
    await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope: "key" }));
    assert.equal(await scene.unblock({ key: "k" }, "skip"), 1);
    await headIs(scene, "purged", "after a skip");
    assert.equal(await scene.purge(1), 1);
    await headIs(scene, "failed", "after a purge");
    await scene.settle([await scene.leaseOne()], Retry({ cause: "no" }), { attemptsMax: 1 });
    await headIs(scene, "expired", "after the last failure");
    await scene.leaseOne({ leaseMs: 5 });
    await scene.advance(20);
    const last = await scene.leaseOne({ attemptsMax: 1 });
    assert.equal(last.payload, "last");
    await headIs(scene, "last", "after the end of the last lease");
    await scene.settle([last], Ack);
    await isFree(scene, "after the last of the key");
  },
  "a purge of followers leaves the head its mark, and whoever comes after follows it": async (scene) => {
    await enqueueMarked(scene, ["first", "second", "third", "fourth"]);
    assert.equal(await scene.purge(2, "k"), 2);
    await headIs(scene, "first", "while it is ready");
    const lease = await scene.leaseOne();
    assert.equal(await scene.purge(1_000, "k"), 1);
    await headIs(scene, "first", "while it is leased");
    await enqueueMarked(scene, ["after"]);
    await headIs(scene, "first", "when another one was enqueued");
    await scene.settle([lease], Block({ cause: "no", scope: "key" }));
    await isBlocked(scene, "first", "while it is blocked");
    assert.equal(await scene.unblock({ key: "k" }, "skip"), 1);
    await headIs(scene, "after", "when the first is gone");
    assert.deepEqual(payloadsOf(await scene.lease()), ["after"]);
  },
  "whoever has no mark inherits none": async (scene) => {
    await enqueueMarked(scene, ["first"]);
    await scene.enqueue(["without"], { key: "k" });
    await enqueueMarked(scene, ["third"]);
    await scene.settle([await scene.leaseOne()], Ack);
    await headIs(scene, undefined, "behind one that has a mark");
    await scene.settle([await scene.leaseOne()], Block({ cause: "no", scope: "key" }));
    await isBlocked(scene, undefined, "while it is blocked");
    assert.equal(await scene.unblock({ key: "k" }, "retry"), 1);
    await scene.settle([await scene.leaseOne()], Ack);
    await headIs(scene, "third", "behind one that has none");
    await scene.settle([await scene.leaseOne()], Ack);
    await scene.enqueue(["alone", "and another"], { key: "k" });
    await headIs(scene, undefined, "when the key was free before");
  },
  "a redriven message has no mark, as a head and as a follower": async (scene) => {
    await enqueueMarked(scene, ["a", "b"]);
    for (const payload of ["a", "b"]) {
      const lease = await scene.leaseOne();
      assert.equal(lease.payload, payload);
      await scene.settle([lease], Reject({ cause: "no" }));
    }
    await isFree(scene, "when both are dead");
    const [a, b] = await scene.deadLetters();
    assert.ok(a !== undefined && b !== undefined, "two letters are dead");
    assert.equal(await scene.redrive([a]), 1);
    await headIs(scene, undefined, "when the first was redriven");
    await enqueueMarked(scene, ["c"]);
    assert.equal(await scene.redrive([b]), 1);
    await scene.settle([await scene.leaseOne()], Ack);
    await headIs(scene, "c", "between the two");
    await scene.settle([await scene.leaseOne()], Ack);
    await headIs(scene, undefined, "when the second follows");
  },
  "a delayed first delivery tells its mark once it is due and the head of its key": async (scene) => {
    await scene.done([
      scene.enqueueStep("later", { key: "k", mark: "later", delayMs: 60 }),
      scene.enqueueStep("last", { key: "k", mark: "last", delayMs: 61 }),
    ]);
    await isFree(scene, "before it is due");
    await scene.advance(80);
    await headIs(scene, "later", "when it is due, whether or not somebody leased meanwhile");
    assert.deepEqual(payloadsOf(await scene.peek()), ["later"]);
    await scene.settle([await scene.leaseOne()], Ack);
    await headIs(scene, "last", "when the first is gone");
  },
  "marks and keys of any text are told as they were given": async (scene) => {
    const marks = [
      "m",
      "b5",
      "q",
      "1",
      "0",
      "mm",
      "kk",
      "%",
      "~".repeat(128),
      "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}",
      "Ab9\\",
    ];
    const keys = ["", "m", "b5", " ", "k é", "🦊", "\ud800", "a:b", "\n", "\0", "}"];
    for (const [i, mark] of marks.entries())
      await scene.done(["head", "next"].map((payload) => scene.enqueueStep(payload, { key: keys[i] ?? "", mark })));
    const told = marks.map((mark) => ({ mark, blocked: false }));
    assert.deepEqual(await headsOf(scene, keys), told);
    const leases = await scene.lease();
    await scene.settle(leases, Block({ cause: "no", scope: "key" }));
    assert.deepEqual(
      await headsOf(scene, keys),
      told.map(({ mark }) => ({ mark, blocked: true })),
    );
    for (const key of keys) assert.equal(await scene.unblock({ key }, "skip"), 1);
    assert.deepEqual(await headsOf(scene, keys), told);
  },
  "a duplicate leaves its mark nowhere": async (scene) => {
    const dedupe = { id: "once", windowMs: 60_000 };
    await scene.enqueue(["first"], { key: "k", mark: "first", dedupe });
    await scene.enqueue(["again"], { key: "k", mark: "again", dedupe });
    await headIs(scene, "first", "after a duplicate");
    await scene.settle([await scene.leaseOne()], Ack);
    await isFree(scene, "when the first is gone");
  },
  "a mark is shown to nobody but who asks for heads": async (scene) => {
    await enqueueMarked(scene, ["m1", "m2"]);
    const shown: Array<object> = [...(await scene.peek())];
    const lease = await scene.leaseOne();
    shown.push(lease);
    await scene.settle([lease], Block({ cause: "no", scope: "key" }));
    shown.push(...(await scene.blocked()));
    assert.equal(await scene.unblock("all", "reject"), 1);
    shown.push(...(await scene.deadLetters()));
    assert.equal(shown.length, 4);
    for (const message of shown) assert.ok(!("mark" in message), "a message bears its mark");
    assert.deepEqual(payloadsOf(await scene.lease()), ["m2"]);
  },
  "a message with a mark is delivered, counted and purged like any other": async (scene) => {
    const dedupe = (id: string) => ({ id, windowMs: Number.POSITIVE_INFINITY });
    await scene.done([
      scene.enqueueStep("low", { key: "k", mark: "m", priority: 1, headers: { h: "v" }, dedupe: dedupe("low") }),
      scene.enqueueStep("high", { key: "other", mark: "m", priority: 9 }),
      scene.enqueueStep("follows", { key: "k", mark: "m", dedupe: dedupe("follows") }),
      scene.enqueueStep("later", { key: "k", mark: "m", delayMs: 60_000, dedupe: dedupe("later") }),
    ]);
    await scene.expectStats({ enqueued: 4, ready: 2, waiting: 1, delayed: 1 });
    const [high, low] = await scene.lease();
    assert.deepEqual([high?.payload, low?.payload, { ...low?.headers }], ["high", "low", { h: "v" }]);
    assert.ok(high !== undefined && low !== undefined);
    await scene.settle([high, low], Ack);
    assert.equal(await scene.purge(), 2);
    const ids = ["low", "follows", "later"];
    const results = await scene.done(ids.map((id) => scene.enqueueStep(`${id} again`, { dedupe: dedupe(id) })));
    for (const result of results) assert.ok(result._tag === "Enqueued" && !result.duplicate, "a dedupe id was kept");
  },
  "1,000 heads are told at once": async (scene) => {
    const keys = numbered(1_000);
    await scene.done(keys.map((key) => scene.enqueueStep(key, { key, mark: `m${key}` })));
    assert.deepEqual(
      await headsOf(scene, keys),
      keys.map((key) => ({ mark: `m${key}`, blocked: false })),
    );
  },
  "a resent write and a refused list leave no mark": async (scene) => {
    const lists = [[scene.enqueueStep("a", { key: "k", mark: "a" })]];
    const writeId = v7();
    await scene.write(lists, writeId);
    const lease = await scene.leaseOne();
    await scene.settle([lease], Ack);
    await scene.write(lists, writeId);
    await isFree(scene, "after a resent write");
    await scene.write([[scene.enqueueStep("b", { key: "k", mark: "b" }), scene.settleStep(lease, Ack)]]);
    await isFree(scene, "after a refused list");
  },
});
