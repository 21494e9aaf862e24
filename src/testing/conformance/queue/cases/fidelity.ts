/** Texts arrive as they were given, whatever is in them. */
import assert from "node:assert/strict";
import { type MessageId, newMessageId } from "../../../../core/MessageId.js";
import { Ack, Block, Reject, Release, Retry } from "../../../../core/Outcome.js";
import { type ConformanceCase, casesOf } from "../../ConformanceCase.js";
import { payloadsOf } from "../Scene.js";

const payloads: ReadonlyArray<string> = [
  "",
  " ",
  "0",
  "null",
  "\u0000",
  "a\u0000b",
  "\r\n",
  "é",
  "e\u0301",
  "🦊🦊",
  "\u2028\u2029",
  "\ufeff",
  '"quotes" and \\',
  "{a}:b:{c}",
  "%d %s %%",
  "[]",
  "{}",
  '1{"list":[],"big":9007199254740993}',
  "-1",
  "1e400",
  "nan",
  "true",
  "\u007f\u0080\u00ff",
];

/** The payloads above, and texts that a store may mistake for its own: lone surrogates, separators, names of properties. */
const texts: ReadonlyArray<string> = [
  ...payloads,
  "\ud800",
  "\udc00",
  "x\ud83ey",
  "}",
  "{",
  ":",
  "::",
  "a:b",
  "__proto__",
  "constructor",
  "toString",
  "-",
  "a-b",
  "a*b?[c]",
  "x".repeat(512),
  "é".repeat(256),
  "🦊".repeat(128),
];

export const fidelityCases: ReadonlyArray<ConformanceCase> = casesOf("1. At least once: texts", {
  "a payload arrives as it was given, at every attempt": async (scene) => {
    await scene.enqueue(payloads);
    for (const outcome of [
      Release({ reason: "stop" }),
      Retry({ cause: "again" }),
      Retry({ cause: "later", delayMs: 20 }),
    ]) {
      const leases = await scene.lease();
      assert.deepEqual(payloadsOf(leases), payloads);
      await scene.settle(leases, outcome);
    }
    await scene.advance(30);
    assert.deepEqual(payloadsOf(await scene.peek()), payloads);
    const leases = await scene.lease();
    assert.deepEqual(payloadsOf(leases), payloads);
    await scene.settle(leases, Reject({ cause: "no" }));
    const letters = await scene.deadLetters();
    assert.deepEqual(payloadsOf(letters), payloads);
    assert.equal(await scene.redrive(letters), payloads.length);
    assert.deepEqual(payloadsOf(await scene.lease()), payloads);
  },
  "a payload of 1 MiB arrives as it was given": async (scene) => {
    const large = "é🦊\u0000x".repeat(128 * 1024);
    await scene.enqueue([large, "small"]);
    const lease = await scene.leaseOne();
    assert.ok(lease.payload === large, "a large payload was changed");
    await scene.settle([lease], Ack);
    await scene.leaseOne();
  },
  "headers arrive as they were given": async (scene) => {
    const headers = Object.fromEntries(texts.map((text) => [text, text]));
    await scene.enqueue(["a"], { headers });
    const lease = await scene.leaseOne();
    assert.deepEqual(Object.entries(lease.headers).sort(), Object.entries(headers).sort());
    assert.equal(Object.getPrototypeOf(lease.headers), null, "a name finds nothing that nobody sent");
    await scene.settle([lease], Reject({ cause: "no" }));
    const [letter] = await scene.deadLetters();
    assert.deepEqual(Object.entries(letter?.headers ?? {}).sort(), Object.entries(headers).sort());
  },
  "headers have what was given and nothing else, wherever they are seen": async (scene) => {
    await scene.done([scene.enqueueStep("a", { headers: { h: "v" } }), scene.enqueueStep("b")]);
    const peeked = await scene.peek();
    const leases = await scene.lease();
    await scene.settle(leases.slice(0, 1), Block({ cause: "no", scope: "key" }));
    await scene.settle(leases.slice(1), Reject({ cause: "no" }));
    const seen = [...peeked, ...leases, ...(await scene.blocked()), ...(await scene.deadLetters())];
    assert.equal(seen.length, 6);
    for (const { payload, headers } of seen) {
      assert.equal(headers["constructor"], undefined, "a header was found that nobody gave");
      assert.equal(Object.getPrototypeOf(headers), null, "headers have a prototype");
      assert.ok(Object.isFrozen(headers), "headers may be changed by whoever sees them");
      assert.deepEqual(Object.entries(headers), payload === "a" ? [["h", "v"]] : []);
    }
  },
  "an id arrives as it was given, and names its message": async (scene) => {
    const ids = [newMessageId(), newMessageId().toUpperCase(), `${"0".repeat(8)}-0000-0000-0000-${"0".repeat(12)}`];
    const idsOf = (messages: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> =>
      messages.map(({ id }) => id);
    const steps = ids.map((id) => scene.enqueueStep(id, { id: id as MessageId, dedupe: { id, windowMs: 60_000 } }));
    for (const duplicate of [false, true])
      assert.deepEqual(
        await scene.done(steps),
        ids.map((id) => ({ _tag: "Enqueued", id, duplicate })),
      );
    assert.deepEqual(idsOf(await scene.peek()), ids);
    const leases = await scene.lease();
    assert.deepEqual(idsOf(leases), ids);
    await scene.settle(leases, Block({ cause: "no", scope: "key" }));
    assert.deepEqual(idsOf(await scene.blocked()), ids);
    for (const { id } of leases) assert.equal(await scene.unblock({ id }, "reject"), 1);
    const letters = await scene.deadLetters();
    assert.deepEqual(idsOf(letters), ids);
    assert.equal(await scene.redrive(letters), ids.length);
    assert.deepEqual(idsOf(await scene.lease()), ids);
  },
  "what the caller does to its headers afterwards changes no message": async (scene) => {
    const headers: Record<string, string> = { h: "before" };
    await scene.enqueue(["a"], { headers });
    headers["h"] = "after";
    assert.deepEqual({ ...(await scene.leaseOne()).headers }, { h: "before" });
  },
  "a key arrives as it was given, and is no other": async (scene) => {
    await scene.done(texts.map((key, n) => scene.enqueueStep(`${n} first`, { key })));
    await scene.done(texts.map((key, n) => scene.enqueueStep(`${n} second`, { key })));
    await scene.expectStats({ ready: texts.length, waiting: texts.length });
    const first = await scene.lease({ max: 200 });
    assert.deepEqual(
      first.map(({ key }) => key),
      texts,
    );
    await scene.settle(first, Ack);
    const second = await scene.lease({ max: 200 });
    assert.deepEqual(
      second.map(({ key, payload }) => [key, payload]),
      texts.map((key, n) => [key, `${n} second`]),
    );
    await scene.settle(second, Ack);
    await scene.nothing();
  },
  "every key can be retried, blocked, unblocked, rejected and redriven": async (scene) => {
    await scene.done(texts.map((key, n) => scene.enqueueStep(`${n} first`, { key })));
    await scene.done(texts.map((key, n) => scene.enqueueStep(`${n} second`, { key })));
    await scene.settle(await scene.lease({ max: 200 }), Retry({ cause: "later", delayMs: 10 }));
    await scene.advance(20);
    await scene.settle(await scene.lease({ max: 200 }), Block({ cause: "no", scope: "key" }));
    assert.deepEqual(
      (await scene.blocked()).map(({ key }) => key),
      texts,
    );
    for (const key of texts) assert.equal(await scene.unblock({ key }, "retry"), 1, `key ${JSON.stringify(key)}`);
    const leases = await scene.lease({ max: 200 });
    assert.deepEqual(new Set(leases.map(({ key }) => key)), new Set(texts));
    assert.ok(leases.every(({ payload }) => payload.endsWith("first")));
    await scene.settle(leases, Reject({ cause: "no" }));
    const letters = await scene.deadLetters();
    assert.deepEqual(new Set(letters.map(({ key }) => key)), new Set(texts));
    assert.equal(await scene.redrive(letters), texts.length);
    await scene.expectStats({ ready: texts.length, waiting: texts.length });
    for (const place of ["second", "first"]) {
      const next = await scene.lease({ max: 200 });
      assert.deepEqual(new Set(next.map(({ key }) => key)), new Set(texts));
      assert.ok(
        next.every(({ payload }) => payload.endsWith(place)),
        "a key was not in order",
      );
      await scene.settle(next, Ack);
    }
    await scene.expectStats({ acked: 2 * texts.length, dead: 0 });
  },
  "the names of queues do not run into each other": async (scene) => {
    const names = ["a", "a:b", "a:b:c", "a:dead", "a:b/c", "a.b", "a@b", "A", "é", "a-b", "a_b", "1"];
    const queues = names.map((name) => scene.on(`${scene.queue}/${name}`));
    for (const [n, queue] of queues.entries()) await queue.enqueue([String(n)], { key: "k" });
    for (const [n, queue] of queues.entries()) {
      const leases = await queue.lease();
      assert.deepEqual(payloadsOf(leases), [String(n)]);
      await queue.settle(leases, Ack);
      await queue.expectStats({ enqueued: 1, acked: 1 });
    }
  },
});
