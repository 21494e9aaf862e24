/** Consumers that have nothing to do: what they cost, and that each of them is there when something comes. */
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import type { Store } from "../../../src/port/Store.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import type { RedisStoreOptions } from "../../../src/stores/redis/redisStoreOptions.js";
import { startRedisServer } from "../../support/redisServer.js";
import { startTcpProxy } from "../../support/tcpProxy.js";
import { Bench, numbered, payloadsOf, until } from "./bench.js";

const { hostname: host, port } = new URL(inject("redisUrl"));
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Scene {
  readonly at: Bench;
  /** Another store on the same queues, as another process would have. */
  readonly open: (options?: RedisStoreOptions & { readonly port?: number }) => Store;
  /** Connections of the stores that were opened, as the server counts them. */
  readonly sockets: () => Promise<ReadonlyArray<string>>;
}

const opened: Array<() => PromiseLike<void>> = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const scene = (server = { url: inject("redisUrl"), host, port: Number(port) }): Scene => {
  const at = new Bench(server.url);
  opened.push(() => at.close());
  const connectionName = `idle-${newId()}`;
  return {
    at,
    open: ({ port: through = server.port, ...options } = {}) => {
      const store = redisStore(
        { host: server.host, port: through, connectionName },
        { namespace: at.namespace, ...options },
      );
      opened.push(() => store.close());
      return store;
    },
    sockets: async () =>
      String(await at.admin.client("LIST"))
        .split("\n")
        .filter((line) => line.includes(`name=${connectionName} `)),
  };
};

const idsOf = (sockets: ReadonlyArray<string>): ReadonlyArray<string> =>
  sockets.map((line) => /^id=(\d+)/.exec(line)?.[1] ?? "none").sort();

/** Consumers that wait, each on a queue of so many, what each of them got, and which of them were refused. */
const waitOn = ({ at }: Scene, store: Store, consumers: number, queues: number, draft = {}) => {
  const got = new Map<string, Array<string>>();
  const refused = new Map<string, unknown>();
  const subscriptions = numbered(consumers).map((n) =>
    store
      .lease(
        at.request({
          queue: `q${Number(n) % queues}`,
          consumer: `c${n}`,
          waitMsMax: Number.POSITIVE_INFINITY,
          ...draft,
        }),
      )
      .subscribe({
        next: (leases) => got.set(n, [...(got.get(n) ?? []), ...payloadsOf(leases)]),
        error: (error: unknown) => refused.set(n, error),
      }),
  );
  // Whatever was asked before is answered before.
  return { got, refused, subscriptions, waiting: () => store.ready() };
};

describe("two hundred idle consumers on fifty queues", () => {
  it("share a few connections, open none while they are idle, and each gets what comes for it", async () => {
    const here = scene();
    const { at, open, sockets } = here;
    const { got, waiting } = waitOn(here, open(), 200, 50);
    await waiting();
    // Until those that began to wait on a connection of their own are idle too, and share one.
    await sleep(4_500);
    const before = idsOf(await sockets());
    expect(before.length).toBeLessThanOrEqual(16);
    await sleep(4_500);
    expect(idsOf(await sockets())).toEqual(before);
    for (const round of [0, 1, 2, 3]) {
      for (const n of numbered(50)) await at.enqueue([`${n}:${round}`], { queue: `q${n}` });
      await until(() => got.size === 50 * (round + 1));
    }
    for (const [n, payloads] of got)
      expect(payloads.map((payload) => payload.split(":")[0])).toEqual([`${Number(n) % 50}`]);
    expect(new Set([...got.values()].flat()).size).toBe(200);
    expect(idsOf(await sockets())).toEqual(before);
  }, 30_000);

  it("are all served again after each of their connections was ended", async () => {
    const here = scene();
    const { at, open, sockets } = here;
    const { got, waiting } = waitOn(here, open(), 200, 50);
    await waiting();
    await until(async () => (await sockets()).filter((line) => line.includes("cmd=blpop")).length >= 11);
    const before = idsOf(await sockets());
    for (const id of before) await at.admin.client("KILL", "ID", id);
    await until(async () => {
      const now = await sockets();
      return now.length === before.length && idsOf(now).every((id) => !before.includes(id));
    });
    for (const n of numbered(50)) await at.enqueue([n], { queue: `q${n}` });
    await until(() => got.size === 50);
    expect([...got.values()].flat().sort()).toEqual([...numbered(50)].sort());
  }, 20_000);

  it("are gone at once when their store is closed, and take nothing with them", async () => {
    const here = scene();
    const { at, open, sockets } = here;
    const store = open();
    const { got, waiting } = waitOn(here, store, 200, 50);
    await waiting();
    await until(async () => (await sockets()).filter((line) => line.includes("cmd=blpop")).length >= 11);
    const startMs = Date.now();
    await store.close();
    expect(Date.now() - startMs).toBeLessThan(1_500);
    expect([...got.values()]).toEqual(numbered(200).map(() => []));
    for (const n of numbered(50)) await at.enqueue([n], { queue: `q${n}` });
    for (const n of numbered(50)) expect(payloadsOf(await at.lease({ queue: `q${n}` }))).toEqual([n]);
  });
});

describe("somebody else's value in the place of a queue's", () => {
  it.each([":w", ":h", ":x"])("at %s ends the consumers of that queue alone", async (suffix) => {
    const here = scene();
    const { at, open } = here;
    const store = open();
    const { got, refused, waiting } = waitOn(here, store, 20, 20);
    await waiting();
    const key = `{${at.namespace}}:q:q17`;
    await at.admin.hset(key, "format", "1");
    await at.admin.multi().del(`${key}${suffix}`).hset(`${key}${suffix}`, "a", "b").exec();
    const asked = store.lease(at.request({ queue: "q17", waitMsMax: 10_000 })).then((leases) => leases);
    await expect(asked).rejects.toMatchObject({ _tag: "InvalidConfig" });
    await at.admin.del(`${key}${suffix}`);
    for (const n of numbered(20)) if (n !== "17") await at.enqueue([n], { queue: `q${n}` });
    await until(() => got.size === 19);
    for (const [n, payloads] of got) expect(payloads).toEqual([n]);
    // The one that waited is refused if it came to ask while the value stood there.
    for (const [n, error] of refused) expect([n, error]).toMatchObject(["17", { _tag: "InvalidConfig" }]);
  });

  it("that a read finds ends the consumers of that queue alone", async () => {
    const here = scene();
    const { at, open } = here;
    const store = open();
    const ended: Array<unknown> = [];
    store
      .lease(at.request({ queue: "odd", waitMsMax: Number.POSITIVE_INFINITY }))
      .subscribe({ error: (error: unknown) => ended.push(error) });
    const { got, refused, waiting } = waitOn(here, store, 20, 20);
    await waiting();
    await at.admin.hset(`{${at.namespace}}:q:odd:w`, "a", "b");
    await until(() => ended.length > 0);
    expect(ended).toMatchObject([{ _tag: "InvalidConfig" }]);
    for (const n of numbered(20)) await at.enqueue([n], { queue: `q${n}` });
    await until(() => got.size === 20);
    for (const [n, payloads] of got) expect(payloads).toEqual([n]);
    expect(refused.size).toBe(0);
  });
});

describe("consumers of one queue", () => {
  it("are served in the order in which they came to wait", async () => {
    const here = scene();
    const { at, open } = here;
    const { got, waiting } = waitOn(here, open(), 5, 1);
    await waiting();
    for (const n of numbered(5)) {
      await at.enqueue([n], { queue: "q0" });
      await until(() => got.has(n));
    }
    expect([...got]).toEqual(numbered(5).map((n) => [n, [n]]));
  });

  it("of many processes share what comes, each message once", async () => {
    const here = scene();
    const { at, open } = here;
    const all = [open(), open(), open(), open()].map((store) => waitOn(here, store, 25, 1, { max: 1 }));
    for (const { waiting } of all) await waiting();
    for (const n of numbered(100)) await at.enqueue([n], { queue: "q0" });
    await until(() => all.reduce((sum, { got }) => sum + got.size, 0) === 100);
    const payloads = all.flatMap(({ got }) => [...got.values()].flat());
    expect(new Set(payloads)).toEqual(new Set(numbered(100)));
    expect((await at.store.stats("q0")).leased).toBe(100);
  });

  it("end each at its own time", async () => {
    const { at, open } = scene();
    const store = open();
    const ends = await Promise.all(
      [40, 400, 120].map(async (waitMsMax) => {
        const startMs = Date.now();
        const leases = await store.lease(at.request({ waitMsMax, consumer: `c${waitMsMax}` }));
        // A timer may come a millisecond early by the wall clock.
        return [leases.length, Date.now() - startMs >= waitMsMax - 1] as const;
      }),
    );
    expect(ends).toEqual([
      [0, true],
      [0, true],
      [0, true],
    ]);
    await until(async () => (await at.admin.exists(`${at.key}:h`)) === 0);
  });

  it("are left alone by many messages that fall due: one of them takes all", async () => {
    const server = await startRedisServer();
    opened.push(server.stop);
    const here = scene(server);
    const { at, open } = here;
    await at.enqueue(numbered(200), { queue: "q0", delayMs: 700 });
    const { got, waiting } = waitOn(here, open(), 60, 1);
    await waiting();
    await at.admin.config("RESETSTAT");
    await until(() => got.size > 0);
    expect([...got.values()].map(({ length }) => length)).toEqual([200]);
    const stats = await at.admin.info("commandstats");
    const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce(
      (sum, [, count]) => sum + Number(count),
      0,
    );
    expect(calls).toBeGreaterThan(1);
    expect(calls).toBeLessThan(8);
  });

  it("pass on what was meant for one that leaves this moment", async () => {
    const here = scene();
    const { at, open } = here;
    for (const n of numbered(30)) {
      const { got, subscriptions, waiting } = waitOn(here, open(), 2, 1);
      await waiting();
      await until(async () => (await at.admin.get(`{${at.namespace}}:q:q0:h`))?.startsWith("w") === true);
      const enqueued = at.enqueue([n], { queue: "q0" });
      for (let turn = 0; turn < Number(n) % 6; turn++) await new Promise((resolve) => setImmediate(resolve));
      subscriptions[0]?.unsubscribe();
      await enqueued;
      await until(() => got.size > 0);
      expect([...got.values()]).toEqual([[n]]);
      subscriptions[1]?.unsubscribe();
      await opened.pop()?.();
    }
  });
});

describe("a wake-up that is lost", () => {
  it("costs two seconds at most, whoever lost it", async () => {
    const here = scene();
    const { at, open } = here;
    const { got, waiting } = waitOn(here, open(), 40, 20);
    await waiting();
    await sleep(50);
    const startMs = Date.now();
    // In one transaction, so that no reader sees the wake-ups: as if one that dies had taken them.
    const multi = at.admin.multi();
    for (const n of numbered(20)) multi.del(`{${at.namespace}}:q:q${n}:h`);
    await multi.exec();
    for (const n of numbered(20)) {
      const key = `{${at.namespace}}:q:q${n}`;
      const script =
        "redis.call('RPUSH', KEYS[1], ARGV[1]) redis.call('HSET', KEYS[2], 'levels', '1', 'format', ARGV[2], 'enqueued', '1')";
      await at.enqueue(["seed"], { queue: `seed${n}` });
      const [record] = await at.admin.lrange(`{${at.namespace}}:q:seed${n}:r:0`, 0, 0);
      const format = await at.admin.hget(`{${at.namespace}}:q:seed${n}`, "format");
      await at.admin.eval(script, 2, `${key}:r:0`, key, String(record), String(format));
    }
    await until(() => got.size === 20);
    expect(Date.now() - startMs).toBeLessThan(3_000);
  });
});

describe("an exclusive queue", () => {
  const leaseMs = 300;

  it("stays with its owner while that is idle, however short its leases are", async () => {
    const { at, open } = scene();
    const [one, two] = [open(), open()];
    const draft = { exclusive: true, leaseMs, waitMsMax: Number.POSITIVE_INFINITY };
    const got: Array<string> = [];
    one.lease(at.request({ ...draft, consumer: "one" })).subscribe((leases) => got.push("one", ...payloadsOf(leases)));
    await one.ready();
    two.lease(at.request({ ...draft, consumer: "two" })).subscribe((leases) => got.push("two", ...payloadsOf(leases)));
    const untilMs = Date.now() + 4_000;
    while (Date.now() < untilMs) {
      const [owner, until] = await at.admin.hmget(at.key, "owner", "ownerUntil");
      expect([owner, Number(until) > Date.now()]).toEqual(["=one", true]);
      await sleep(7);
    }
    await at.enqueue(["a"]);
    await until(() => got.length > 0);
    expect(got).toEqual(["one", "a"]);
  }, 10_000);

  it("passes on soon after its owner is gone without a word", async () => {
    const { at, open } = scene();
    const proxy = await startTcpProxy({ host, port: Number(port) });
    opened.push(proxy.close);
    const [one, two] = [open({ port: proxy.port, commandMsMax: 300 }), open()];
    const draft = { exclusive: true, leaseMs, waitMsMax: Number.POSITIVE_INFINITY };
    const subscription = one.lease(at.request({ ...draft, consumer: "one" })).subscribe({ error: () => undefined });
    await one.ready();
    let got: ReadonlyArray<string> = [];
    two.lease(at.request({ ...draft, consumer: "two" })).subscribe((leases) => {
      got = payloadsOf(leases);
    });
    await two.ready();
    await at.enqueue(["a"], { delayMs: 2_500 });
    // Long enough that those that stand by have looked more than once.
    await sleep(1_000);
    proxy.pause();
    const startMs = Date.now();
    await until(async () => (await at.admin.hget(at.key, "owner")) === "=two");
    expect(Date.now() - startMs).toBeLessThan(leaseMs + 400);
    await until(() => got.length > 0);
    expect(got).toEqual(["a"]);
    subscription.unsubscribe();
    proxy.cut();
    proxy.resume();
  }, 10_000);

  it("passes on at once to one of many that stand by, as each owner leaves", async () => {
    const here = scene();
    const { at, open } = here;
    const { got, waiting } = waitOn(here, open(), 20, 1, { exclusive: true });
    await waiting();
    for (let count = 1; count <= 20; count++) {
      await at.enqueue([String(count)], { queue: "q0" });
      await until(() => got.size === count);
      await at.store.leave({ queue: "q0", consumer: `c${[...got.keys()].at(-1)}` });
    }
    expect(got.size).toBe(20);
  });
});
