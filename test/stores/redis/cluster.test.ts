/** A cluster of one node: keys of another slot than declared would be refused here. */
import { isRight } from "fp-ts/lib/Either.js";
import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import { redisStore } from "../../../src/entries/redis.js";
import { conformance } from "../../../src/entries/testing.js";
import { putStep } from "../../../src/testing/conformance/records/steps.js";
import { type RedisServer, startRedisServer } from "../../support/redisServer.js";
import { Bench, payloadsOf, until } from "./bench.js";
import { newNamespace } from "./namespace.js";
import { underTest } from "./underTest.js";

let server: RedisServer;
let template: Cluster;

beforeAll(async () => {
  // A node that never met another one does not know its own address, which a client needs.
  server = await startRedisServer({ cluster: true, args: ["--cluster-announce-ip", "127.0.0.1"] });
  template = new Cluster([{ host: server.host, port: server.port }], { lazyConnect: true });
});

afterAll(async () => {
  template.disconnect();
  await server.stop();
});

conformance("redis cluster", () => underTest({ client: template, namespace: newNamespace(), url: server.url }), {
  capabilities: {
    durable: true,
    shared: true,
    virtualTime: false,
    hints: true,
    settlesWhenFull: true,
    exactBytes: true,
  },
  runner: { describe, it },
});

describe("a cluster", () => {
  it("keeps all keys of a namespace in one slot", async () => {
    const admin = new Redis(server.url);
    const namespace = newNamespace();
    const at = new Bench(server.url, {}, namespace);
    const store = redisStore(template, { namespace });
    await store.write([[at.step("a", { key: "k", dedupe: { id: "d", windowMs: 60_000 }, delayMs: 60_000 })]], newId());
    await store.write([[at.step("b", { queue: "other", key: "}{" })], [at.step("c")]], newId());
    const [lease] = await store.lease(at.request({ max: 1 }));
    if (lease === undefined) throw new Error("one was ready");
    const put = putStep("}{", { collection: "{é}", indexes: [{ name: "{i", sort: "{1}" }] });
    expect((await store.write([[at.settleStep(lease, Ack), put]], newId())).every(isRight)).toBe(true);
    const slots = new Set<number>();
    for (const [key] of await at.digest()) slots.add(Number(await admin.call("CLUSTER", "KEYSLOT", key)));
    expect(slots.size).toBe(1);
    await store.close();
    await at.close();
    admin.disconnect();
  });

  it("rides out lost connections, for calls and for waiting consumers", async () => {
    const namespace = newNamespace();
    const at = new Bench(server.url, {}, namespace);
    const store = redisStore(template, { namespace });
    await store.ready();
    const waiting = store.lease(at.request({ waitMsMax: 20_000 })).then((leases) => leases);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await at.admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    const answers = await store.write([[at.step("a")]], newId());
    expect(answers.every(isRight)).toBe(true);
    expect(payloadsOf(await waiting)).toEqual(["a"]);
    await store.close();
    await at.close();
  }, 30_000);

  it("is found by consumers that begin after the only node that the client was given has died", async () => {
    const seed = await startRedisServer({ cluster: "no slots", args: ["--cluster-announce-ip", "127.0.0.1"] });
    const other = await startRedisServer({ cluster: true, args: ["--cluster-announce-ip", "127.0.0.1"] });
    const admin = new Redis(other.url);
    const namespace = newNamespace();
    try {
      await admin.call("CLUSTER", "MEET", seed.host, String(seed.port));
      const knows = new Redis(seed.url);
      await until(async () => String(await knows.call("CLUSTER", "SLOTS")).includes(String(other.port)));
      knows.disconnect();
      const given = new Cluster([{ host: seed.host, port: seed.port }], { lazyConnect: true });
      const store = redisStore(given, { namespace });
      const at = new Bench(other.url, {}, namespace);
      await store.write([[at.step("a")]], newId());
      expect(payloadsOf(await store.lease(at.request()))).toEqual(["a"]);
      await seed.kill9();
      const waiting = store.lease(at.request({ waitMsMax: 8_000 })).then((leases) => leases);
      await until(async () => (await at.admin.get(`${at.key}:h`))?.startsWith("w") === true);
      const startMs = Date.now();
      await store.write([[at.step("b")]], newId());
      expect(payloadsOf(await waiting)).toEqual(["b"]);
      expect(Date.now() - startMs).toBeLessThan(2_000);
      // The connection for calls finds its way too.
      await at.admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
      await store.write([[at.step("c")]], newId());
      await store.close();
      given.disconnect();
      at.admin.disconnect();
    } finally {
      admin.disconnect();
      await seed.stop();
      await other.stop();
    }
  }, 30_000);
});
