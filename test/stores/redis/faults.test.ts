/** What becomes of calls, leases and consumers when connections and servers fail. */
import { isRight } from "fp-ts/lib/Either.js";
import { Redis } from "ioredis";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack, Release } from "../../../src/core/Outcome.js";
import type { Lease } from "../../../src/port/Lease.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { type RedisServer, startRedisServer } from "../../support/redisServer.js";
import { startTcpProxy, type TcpProxy } from "../../support/tcpProxy.js";
import { Bench, numbered, payloadsOf, until } from "./bench.js";

const url = inject("redisUrl");
const endings: Array<() => PromiseLike<unknown>> = [];
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const bench = (...args: ConstructorParameters<typeof Bench>): Bench => {
  const made = new Bench(...args);
  endings.push(() => made.close());
  return made;
};

const serverOf = async (options: Parameters<typeof startRedisServer>[0] = {}): Promise<RedisServer> => {
  const server = await startRedisServer(options);
  endings.push(() => server.stop());
  return server;
};

const proxyOf = async (server: RedisServer): Promise<TcpProxy> => {
  const proxy = await startTcpProxy(server);
  endings.push(() => proxy.close());
  return proxy;
};

/** Whether the same call may be made again. */
const retryable = (cause: unknown): boolean => (cause as { readonly retryable?: boolean }).retryable === true;

/** Runs a call until it is answered, as long as its errors allow that. */
const persist = async <A>(call: () => PromiseLike<A>): Promise<A> => {
  for (;;)
    try {
      return await call();
    } catch (cause) {
      if (!retryable(cause)) throw cause;
      await sleep(10);
    }
};

/** A consumer that leases, waits and acks until it has seen this many messages. */
const consume = async (
  at: Bench,
  count: number,
  {
    onSeen,
    ...draft
  }: Parameters<Bench["lease"]>[0] & { readonly onSeen?: (payloads: ReadonlyArray<string>) => void } = {},
): Promise<Array<string>> => {
  const seen: Array<string> = [];
  while (seen.length < count) {
    const leases = await persist(() => at.lease({ waitMsMax: 60_000, max: 7, ...draft }));
    seen.push(...payloadsOf(leases));
    onSeen?.(payloadsOf(leases));
    const writeId = newId();
    const lists = leases.map((lease) => [at.settleStep(lease, Ack)]);
    await persist(() => at.store.write(lists, writeId));
  }
  return seen;
};

describe("scripts and data that vanish", () => {
  it("after SCRIPT FLUSH every call goes on, in order", async () => {
    const server = await serverOf();
    const at = bench(server.url);
    await at.enqueue(["a", "b"]);
    await at.settle(await at.lease({ max: 1 }));
    for (let round = 0; round < 3; round++) {
      await at.admin.script("FLUSH");
      await at.enqueue(["c"]);
      await at.admin.script("FLUSH");
      const leases = await at.lease({ max: 1 });
      await at.admin.script("FLUSH");
      expect((await at.settle(leases)).every(isRight)).toBe(true);
    }
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 5, acked: 4, ready: 1 });
  });

  it("after SCRIPT FLUSH a consumer that waits goes on", async () => {
    const server = await serverOf();
    const at = bench(server.url);
    await at.lease();
    const consumer = consume(at, 3);
    for (const payload of ["a", "b", "c"]) {
      await sleep(20);
      await at.admin.script("FLUSH");
      await at.enqueue([payload]);
    }
    expect(await consumer).toEqual(["a", "b", "c"]);
  });

  it("after FLUSHALL tokens are dead, waiting consumers live, and the queue begins anew", async () => {
    const server = await serverOf();
    const at = bench(server.url);
    await at.enqueue(["lost"]);
    const [lost] = await at.lease();
    if (lost === undefined) throw new Error("one was ready");
    const waiting = at.lease({ waitMsMax: 10_000, consumer: "two" });
    await sleep(30);
    await at.admin.flushall();
    expect((await at.settle([lost])).map(isRight)).toEqual([false]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 0, acked: 0 });
    await at.enqueue(["new"]);
    const leases = await waiting;
    expect(payloadsOf(leases)).toEqual(["new"]);
    expect(leases[0]?.token).not.toBe(lost.token);
    await at.settle(leases);
  });
});

describe("connections that end", () => {
  it("are replaced, each of them, with nothing lost or doubled, and told once each", async () => {
    const { hostname, port } = new URL(url);
    const client = { host: hostname, port: Number(port), connectionName: "victim" };
    const at = bench(url, { client });
    const count = 400;
    const seen: Array<string> = [];
    const consumers = ["one", "two"].map((consumer) =>
      consume(at, Number.POSITIVE_INFINITY, { consumer, onSeen: (payloads) => seen.push(...payloads) }),
    );
    let killed = 0;
    const oneWaits = async () => /name=victim .*cmd=blpop/.test(String(await at.admin.client("LIST")));
    for (let n = 0; n < count; n += 10) {
      // However busy the machine is: in every other round there is more than the connection for calls.
      if (n % 100 === 0) await until(oneWaits);
      const writeId = newId();
      const lists = [numbered(10).map((m) => at.step(String(n + Number(m))))];
      const answers = at.store.write(lists, writeId).then((value) => value);
      if (n % 50 === 0) killed += await at.killConnections();
      expect((await answers).every(isRight)).toBe(true);
    }
    await until(async () => (await at.store.stats(at.queue)).acked === count);
    expect(killed).toBeGreaterThan(8);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: count, acked: count, ready: 0, leased: 0 });
    expect(new Set(seen)).toEqual(new Set(numbered(count)));
    const downs = at.tags.filter((tag) => tag === "StoreDown").length;
    const ups = at.tags.filter((tag) => tag === "StoreUp").length;
    expect(downs).toBeGreaterThan(0);
    expect(Math.abs(downs - ups)).toBeLessThanOrEqual(1);
    const ended = Promise.allSettled(consumers);
    await at.store.close();
    expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  }, 30_000);

  it("a reply that got lost is asked for again, and the write is done once", async () => {
    const server = await serverOf();
    const proxy = await proxyOf(server);
    const at = bench(server.url, { client: { host: proxy.host, port: proxy.port } });
    await at.enqueue(["before"]);
    proxy.dropReplies();
    const enqueued = at.enqueue(["once"]);
    const settled = at.lease({ max: 1 });
    await until(() => proxy.lostBytes().toClient > 0);
    proxy.resume();
    proxy.cut();
    await enqueued;
    const leases = await settled;
    expect(payloadsOf(leases)).toEqual(["before"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 2, ready: 1, leased: 1 });
    expect((await at.settle(leases)).every(isRight)).toBe(true);
  });

  it("a half-open connection is found by its silence and replaced", async () => {
    const server = await serverOf();
    const proxy = await proxyOf(server);
    const client = { host: proxy.host, port: proxy.port };
    const at = bench(server.url, { client, store: { commandMsMax: 4_000 } });
    await at.enqueue(["a"]);
    await at.settle(await at.lease());
    const waiting = at.lease({ waitMsMax: 30_000 });
    await sleep(50);
    proxy.pause();
    const enqueued = at.enqueue(["b"]);
    await sleep(100);
    proxy.resume(); // for new connections; those that lost bytes stay silent
    await enqueued;
    const leases = await waiting;
    expect(payloadsOf(leases)).toEqual(["b"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 2, acked: 1, leased: 1 });
    await until(() => at.tags.includes("StoreUp"));
  }, 20_000);

  it("a call that gets no answer in time fails as StoreUnavailable; run again it never doubles", async () => {
    const server = await serverOf();
    const proxy = await proxyOf(server);
    const client = { host: proxy.host, port: proxy.port };
    const at = bench(server.url, { client, store: { commandMsMax: 600 } });
    await at.enqueue(["a"]);
    proxy.dropReplies();
    const writeId = newId();
    const lists = [[at.step("b")]];
    await expect(at.store.write(lists, writeId)).rejects.toMatchObject({ _tag: "StoreUnavailable", retryable: true });
    await expect(at.lease()).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    proxy.resume();
    proxy.cut();
    const [answer] = await at.store.write(lists, writeId);
    expect(answer !== undefined && isRight(answer)).toBe(true);
    expect((await at.store.stats(at.queue)).enqueued).toBe(2);
    // What the lost reply held was taken back as soon as the server was in reach again.
    await until(async () => (await at.store.stats(at.queue)).ready === 2);
    expect((await at.lease()).map(({ attempt }) => attempt)).toEqual([1, 1]);
  }, 20_000);

  it("what was never sent is certain not to have happened", async () => {
    const server = await serverOf({ appendonly: true });
    const at = bench(server.url, { store: { commandMsMax: 300 } });
    await at.enqueue(["a"]);
    await server.kill9();
    await until(() => at.tags.includes("StoreDown"));
    await expect(at.enqueue(["never"])).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    await server.restart();
    await until(() => at.tags.includes("StoreUp"));
    await sleep(200);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 1 });
  }, 20_000);
});

describe("a server that goes away and comes back", () => {
  it("after 5 seconds: calls in flight are answered, the waiting consumer goes on, nothing confirmed is lost", async () => {
    const server = await serverOf({ appendonly: true });
    const at = bench(server.url, { store: { commandMsMax: 20_000 } });
    await at.enqueue(["a", "b"]);
    const [a] = await at.lease({ max: 1 });
    if (a === undefined) throw new Error("two were ready");
    await at.settle(await at.lease());
    const waiting = at.lease({ waitMsMax: 60_000, consumer: "two" });
    await sleep(50);
    await server.kill9();
    const settled = at.settle([a]);
    const enqueued = at.enqueue(["c"]);
    await sleep(5_000);
    await server.restart();
    expect((await settled).every(isRight)).toBe(true);
    await enqueued;
    expect(payloadsOf(await waiting)).toEqual(["c"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 3, acked: 2, leased: 1 });
    expect(at.tags).toEqual(["StoreDown", "StoreUp"]);
  }, 30_000);

  it("a server that is not there yet is waited for, and its absence told once", async () => {
    const server = await startRedisServer();
    await server.kill9();
    const at = new Bench(server.url, { store: { commandMsMax: 15_000 } });
    try {
      const enqueued = at.enqueue(["a"]);
      await until(() => at.tags.length > 0);
      await sleep(300);
      expect(at.tags).toEqual(["StoreDown"]);
      await server.restart();
      await enqueued;
      expect(at.tags).toEqual(["StoreDown", "StoreUp"]);
    } finally {
      await at.close();
      await server.stop();
    }
  }, 30_000);

  it("a server that stops answering is told from one that is slow to answer", async () => {
    const server = await serverOf();
    const at = bench(server.url, { store: { commandMsMax: 8_000 } });
    await at.enqueue(["a"]);
    server.pause();
    const enqueued = at.enqueue(["b"]);
    await sleep(1_500);
    server.resume();
    await enqueued;
    expect(at.tags).toEqual([]);
    expect((await at.store.stats(at.queue)).enqueued).toBe(2);
  }, 20_000);
});

describe("resends and cancels", () => {
  const script = async (
    at: Bench,
    name: "lease" | "cancel",
    slot: string,
    serial: number,
    max = 10,
  ): Promise<unknown> => {
    const { scriptSource } = await import("../../../src/stores/redis/scripts/scriptSource.js");
    const own = ["", String(serial), `r.${slot}.${serial}${"-".repeat(40)}`];
    const rest = name === "lease" ? [String(max), "1000000", "30000", "20", "100", "", "0"] : [""];
    return await at.admin.eval(scriptSource(name).lua, 2, at.key, `${at.key}:c:${slot}`, ...own, ...rest);
  };
  const recordsOf = (reply: unknown): ReadonlyArray<string> =>
    (reply as ReadonlyArray<string>).slice(4).map((record) => record.slice(-1));

  it("the same request again returns the same messages, those settled meanwhile left out", async () => {
    const at = bench(url);
    await at.enqueue(["a", "b", "c"], { key: undefined });
    await at.enqueue(["k", "l"], { key: "é" });
    const first = await script(at, "lease", "s", 1);
    expect(recordsOf(first)).toEqual(["a", "b", "c", "k"]);
    expect(await script(at, "lease", "s", 1)).toEqual([
      (first as Array<unknown>)[0],
      expect.any(Number),
      "",
      0,
      ...(first as Array<unknown>).slice(4),
    ]);
    const [token] = (await at.admin.hkeys(`${at.key}:l`)).sort();
    if (token === undefined) throw new Error("four are leased");
    await at.admin.hdel(`${at.key}:l`, token);
    expect(recordsOf(await script(at, "lease", "s", 1))).toEqual(["", "b", "c", "k"]);
    expect((await at.admin.hkeys(`${at.key}:l`)).length).toBe(3);
  });

  it("a request that comes after a newer one gets nothing", async () => {
    const at = bench(url);
    await at.enqueue(["a", "b"]);
    expect(recordsOf(await script(at, "lease", "s", 2, 1))).toEqual(["a"]);
    expect(recordsOf(await script(at, "lease", "s", 1))).toEqual([]);
    expect(recordsOf(await script(at, "lease", "s", 3))).toEqual(["b"]);
  });

  it("a cancelled request counts no delivery, as nobody saw it", async () => {
    const at = bench(url);
    await at.enqueue(["a", "b"]);
    for (let round = 0; round < 5; round++) {
      at.store
        .lease(at.request({ deliveriesMax: 2 }))
        .subscribe()
        .unsubscribe();
      await until(async () => (await at.store.stats(at.queue)).leased === 0);
    }
    expect((await at.lease({ deliveriesMax: 2 })).map(({ payload }) => payload)).toEqual(["a", "b"]);
  });

  it("a cancelled request returns what it got, in front and uncounted, and gets nothing if it comes late", async () => {
    const at = bench(url);
    await at.enqueue(["a", "b", "c"]);
    await script(at, "lease", "s", 1, 2);
    expect(await script(at, "cancel", "s", 1)).toBe(2);
    expect(await script(at, "cancel", "s", 1)).toBe(0);
    expect(recordsOf(await script(at, "lease", "s", 1))).toEqual([]);
    expect(await script(at, "cancel", "s", 2)).toBe(0);
    await at.admin.del(`${at.key}:w`);
    expect(recordsOf(await script(at, "lease", "s", 2))).toEqual([]);
    expect(await at.admin.llen(`${at.key}:w`), "the wake-up that it may have taken is passed on").toBe(1);
    const leases = await at.lease();
    expect(payloadsOf(leases)).toEqual(["a", "b", "c"]);
    expect(leases.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
  });

  it("a lease given up at any moment loses, counts and keeps nothing", async () => {
    const at = bench(url);
    for (let round = 0; round < 40; round++) {
      const enqueued = at.enqueue(["a", "b"]);
      const subscription = at.store
        .lease(at.request({ waitMsMax: 5_000, consumer: `c${round}` }))
        .subscribe((leases) => {
          at.settle(leases, Release({ reason: "too late" })).catch(() => undefined);
        });
      if (round % 4 === 1) await Promise.resolve();
      if (round % 4 === 2) await sleep(round / 20);
      if (round % 4 === 3) await enqueued;
      subscription.unsubscribe();
      await enqueued;
    }
    await until(async () => (await at.store.stats(at.queue)).leased === 0);
    const leases = await at.lease();
    expect(leases).toHaveLength(80);
    expect(leases.every(({ attempt }) => attempt === 1)).toBe(true);
  });
});

describe("a store that is closed", () => {
  it("leaves the client alone, and no connection of its own", async () => {
    const client = new Redis(url);
    const at = bench(url);
    const store = redisStore(client, { namespace: at.namespace });
    await store.write([[at.step("a")]], newId());
    const waiting = store.lease(at.request({ queue: "empty", waitMsMax: 60_000 })).then((leases) => leases);
    await store.close();
    expect(await waiting).toEqual([]);
    expect(await client.ping()).toBe("PONG");
    const left = await client.client("LIST");
    expect(
      String(left)
        .split("\n")
        .filter((line) => line.includes(at.namespace)),
    ).toEqual([]);
    client.disconnect();
  });

  it("keeps no connection, however it was used", async () => {
    const server = await serverOf();
    const admin = new Redis(server.url);
    const store = redisStore({ port: server.port, connectionName: "counted" }, {});
    const at = bench(server.url);
    const waiting = ["a", "b", "c"].map((queue) =>
      store.lease(at.request({ queue, waitMsMax: 60_000 })).then((leases) => leases),
    );
    const count = async () => String(await admin.client("LIST")).split("name=counted").length - 1;
    await until(async () => (await count()) === 4);
    await store.close();
    await Promise.all(waiting);
    await until(async () => (await count()) === 0);
    admin.disconnect();
  });

  it("tells a call that it gives up", async () => {
    const server = await serverOf();
    const at = bench(server.url);
    // It waits longer for replicas that are not there than a close waits for it.
    const waitsLong = { namespace: at.namespace, commandMsMax: 300, waitReplicas: 1, waitReplicasMsMax: 60_000 };
    const store = redisStore({ port: server.port }, waitsLong);
    const written = store.write([[at.step("a")]], newId()).then((value) => value);
    const ended = expect(written).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    await store.close();
    await ended;
  });

  it("closes at once although it was never used, and although its server is away", async () => {
    const unused = redisStore({ port: 1 }, {});
    await unused.close();
    const away = redisStore({ port: 1 }, { commandMsMax: 300 });
    await expect(away.ready()).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    await away.close();
  });
});

describe("events", () => {
  it("warn of a policy that deletes messages, once, also to whoever comes later", async () => {
    const server = await serverOf({ args: ["--maxmemory-policy", "allkeys-lru"] });
    const at = bench(server.url);
    await at.enqueue(["a"]);
    await until(() => at.events.length > 0);
    expect(at.events).toEqual([{ _tag: "StoreWarning", sentence: expect.stringContaining("allkeys-lru") as string }]);
    const later: Array<unknown> = [];
    at.store.events$.subscribe((event) => later.push(event));
    expect(later).toEqual(at.events);
  });

  it("warn where the policy may not be read, and not where INFO tells it", async () => {
    const server = await serverOf();
    const admin = new Redis(server.url);
    await admin.call("ACL", "SETUSER", "some", "on", ">secret", "~*", "+@all", "-config");
    await admin.call("ACL", "SETUSER", "none", "on", ">secret", "~*", "+@all", "-config", "-info");
    for (const [username, expected] of [
      ["some", []],
      ["none", ["StoreWarning"]],
    ] as const) {
      const client = { port: server.port, username, password: "secret", enableReadyCheck: false };
      const at = bench(server.url, { client });
      await at.enqueue(["a"]);
      await sleep(100);
      expect(at.tags).toEqual(expected);
    }
    admin.disconnect();
  });

  it("say nothing of a healthy store", async () => {
    const at = bench(url);
    await at.enqueue(["a"]);
    await at.settle(await at.lease());
    expect(at.events).toEqual([]);
  });
});

describe("clients of every kind", () => {
  it("a wrong password is a wrong configuration", async () => {
    const server = await serverOf({ password: "right" });
    const store = redisStore({ port: server.port, password: "wrong" }, { commandMsMax: 3_000 });
    await expect(store.ready()).rejects.toMatchObject({ _tag: "InvalidConfig" });
    await store.close();
    const at = bench(server.url);
    await at.enqueue(["a"]);
    expect(payloadsOf(await at.lease())).toEqual(["a"]);
  });

  it("key prefixes, few retries, commands' time-outs and number formats of the client do not matter", async () => {
    const at = bench(url);
    const client = new Redis(url, {
      keyPrefix: "prefix:",
      maxRetriesPerRequest: 0,
      commandTimeout: 50,
      stringNumbers: true,
      enableAutoPipelining: true,
      enableOfflineQueue: false,
      lazyConnect: true,
    });
    const store = redisStore(client, { namespace: at.namespace });
    const waiting = store.lease(at.request({ waitMsMax: 5_000 })).then((leases) => leases);
    await sleep(200);
    await at.enqueue(["a"]);
    const leases = await waiting;
    expect(payloadsOf(leases)).toEqual(["a"]);
    await store.write([[at.settleStep(leases[0] as Lease, Ack)]], newId());
    expect(await store.stats(at.queue)).toMatchObject({ enqueued: 1, acked: 1 });
    await store.close();
  });

  it("RESP2 and a database of its own", async () => {
    const server = await serverOf();
    const store = redisStore({ port: server.port, protocol: 2, db: 3 }, {});
    const at = bench(server.url);
    await store.write([[at.step("a")]], newId());
    const leases = await store.lease(at.request());
    expect(payloadsOf(leases)).toEqual(["a"]);
    expect(await at.admin.dbsize()).toBe(0);
    await store.close();
  });

  it.each([
    ["namespace", { namespace: "a{b}" }],
    ["namespace", { namespace: "" }],
    ["commandMsMax", { commandMsMax: 0 }],
    ["waitReplicas", { waitReplicas: -1 }],
    ["deadLettersMax", { deadLettersMax: 1.5 }],
  ])("a wrong %s is refused at once", (option, options) => {
    expect(() => redisStore({ port: 1 }, options)).toThrow(expect.objectContaining({ _tag: "InvalidConfig", option }));
  });
});

describe("waitReplicas", () => {
  it("confirms a write only when the replica has it, and fails to be run again otherwise", async () => {
    const master = await serverOf();
    const replica = await serverOf({ args: ["--replicaof", master.host, String(master.port)] });
    const at = bench(master.url, { store: { waitReplicas: 1, waitReplicasMsMax: 1_500 } });
    const behind = new Redis(replica.url);
    await until(async () => (await at.admin.info("replication")).includes("state=online"));
    await until(async () => (await behind.info("replication")).includes("master_link_status:up"));
    await at.enqueue(["a"]);
    expect(await behind.llen(`${at.key}:r:0`)).toBe(1);
    replica.pause();
    const writeId = newId();
    const lists = [[at.step("b")]];
    await expect(at.store.write(lists, writeId)).rejects.toMatchObject({ _tag: "StoreUnavailable", retryable: true });
    replica.resume();
    await until(async () => {
      const again = await Promise.resolve(at.store.write(lists, writeId)).then(isDone, () => false);
      return again;
    });
    expect(await behind.llen(`${at.key}:r:0`)).toBe(2);
    expect((await at.store.stats(at.queue)).enqueued).toBe(2);
    behind.disconnect();
  }, 20_000);

  it("holds up nothing but writes, one WAIT for all of them, and knows what was handed over", async () => {
    const master = await serverOf();
    const replica = await serverOf({ args: ["--replicaof", master.host, String(master.port)] });
    const at = bench(master.url, { store: { waitReplicas: 1, waitReplicasMsMax: 3_000 } });
    await until(async () => (await at.admin.info("replication")).includes("state=online"));
    const waiting = at.lease({ waitMsMax: 10_000, max: 1 });
    await until(async () => (await at.admin.exists(`${at.key}:h`)) === 1);
    await at.enqueue(["handed"]);
    const [lease] = await waiting;
    if (lease === undefined) throw new Error("one was handed over");
    const waits = async (): Promise<number> =>
      Number(/cmdstat_wait:calls=(\d+)/.exec(await at.admin.info("commandstats"))?.[1] ?? 0);
    const before = await waits();
    await Promise.all(numbered(100).map((n) => at.enqueue([n])));
    expect((await waits()) - before).toBeLessThan(50);
    replica.pause();
    const written = at.enqueue(["late"]).then(isDone, isDone);
    await until(async () => /cmd=wait/.test(String(await at.admin.client("LIST"))));
    const startMs = performance.now();
    expect((await at.store.stats(at.queue)).enqueued).toBe(102);
    expect((await at.store.extend({ queue: at.queue, leases: [lease], leaseMs: 5_000 })).every(isRight)).toBe(true);
    expect(payloadsOf(await at.lease({ max: 2 }))).toEqual(["0", "1"]);
    expect(performance.now() - startMs).toBeLessThan(1_500);
    replica.resume();
    expect(await written).toBe(true);
  }, 30_000);
});

const isDone = (): boolean => true;
