/** Slow links, servers that are away or take no changes, and what of it reaches errors and events. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { isRight } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { Cluster, Redis } from "ioredis";
import { lastValueFrom, NEVER, Subject } from "rxjs";
import { handle, queue, settle } from "sluice";
import { afterEach, describe, expect, inject, it } from "vitest";
import { newId } from "../../../src/core/newId.js";
import { Ack } from "../../../src/core/Outcome.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { type RedisServer, startRedisServer } from "../../support/redisServer.js";
import { startTcpProxy, type TcpProxy } from "../../support/tcpProxy.js";
import { Bench, numbered, until } from "./bench.js";
import { startThrottle, type Throttle } from "./throttle.js";

const url = inject("redisUrl");
const endings: Array<() => PromiseLike<unknown>> = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const ending = <T extends { readonly stop?: () => Promise<void>; readonly close?: () => PromiseLike<void> }>(
  made: T,
): T => {
  endings.push(async () => {
    await made.stop?.();
    await made.close?.();
  });
  return made;
};

const bench = (...args: ConstructorParameters<typeof Bench>): Bench => ending(new Bench(...args));
const serverOf = async (options: Parameters<typeof startRedisServer>[0] = {}): Promise<RedisServer> =>
  ending(await startRedisServer(options));
const proxyOf = async (server: RedisServer): Promise<TcpProxy> => ending(await startTcpProxy(server));
const throttleOf = async (server: RedisServer, bytesPerSecond: number): Promise<Throttle> =>
  ending(await startThrottle(server, bytesPerSecond));

const MIB = 1024 * 1024;

/** How long it took, milliseconds. */
const timeOf = async (work: () => PromiseLike<unknown>): Promise<number> => {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
};

describe("a slow link", () => {
  it("carries a large write, however long that takes, on one connection", async () => {
    const server = await serverOf();
    const link = await throttleOf(server, 1.75 * MIB);
    const at = bench(server.url, { client: { port: link.port }, store: { commandMsMax: 5_000 } });
    await at.enqueue(["small"]);
    await at.enqueue(Array.from({ length: 7 }, () => "x".repeat(MIB - 100)));
    expect(at.tags).toEqual([]);
    expect(link.accepted()).toBe(1);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 8 });
  }, 30_000);

  it("carries renewals beside uploads", async () => {
    const server = await serverOf();
    const link = await throttleOf(server, MIB);
    const at = bench(server.url, { client: { port: link.port } });
    await at.enqueue(["held"]);
    const [lease] = await at.lease();
    if (lease === undefined) throw new Error("one was ready");
    const uploads = numbered(3).map(() => at.enqueue(["x".repeat(MIB)]));
    const renewed = await timeOf(() => at.store.extend({ queue: at.queue, leases: [lease], leaseMs: 30_000 }));
    const uploaded = await timeOf(() => Promise.all(uploads));
    expect(renewed).toBeLessThan(uploaded / 2);
  }, 30_000);

  it("carries settlements with large follow-ups in writes of 8 MiB at most, and each of them once", async () => {
    const server = await serverOf();
    const at = bench(server.url);
    await at.enqueue(numbered(20));
    const leases = await at.lease({ max: 20 });
    const lists = leases.map((lease) => [at.settleStep(lease, Ack), at.step("é".repeat(MIB / 2), { queue: "next" })]);
    const writeId = newId();
    const answers = await at.store.write(lists, writeId);
    expect(answers).toHaveLength(20);
    expect(answers.every(isRight)).toBe(true);
    expect(await at.store.write(lists, writeId)).toEqual(answers);
    expect(await at.store.stats("next")).toMatchObject({ enqueued: 20 });
    const largest = /client_recent_max_input_buffer:(\d+)/.exec(await at.admin.info("clients"));
    expect(Number(largest?.[1])).toBeLessThan(17 * MIB);
  }, 30_000);
});

describe("a server that is away", () => {
  it("lets go of what was given up", async () => {
    const store = redisStore({ port: 1 }, { commandMsMax: 100 });
    endings.push(() => store.close());
    const q = queue(store, { name: "q", codec: t.string });
    const failed = await Promise.allSettled(numbered(200).map((n) => q.enqueue(`${n}${"x".repeat(10_000)}`)));
    expect(failed.every(({ status }) => status === "rejected")).toBe(true);
    const { connection } = store as unknown as {
      readonly connection: { readonly client: Redis; readonly lane: unknown };
    };
    const { commandQueue, offlineQueue } = connection.client as unknown as Record<string, { readonly length: number }>;
    expect([commandQueue?.length, offlineQueue?.length]).toEqual([0, 0]);
    expect(inspect(connection.lane, { depth: 5 })).not.toContain("xxx");
  });

  it.each(["refuses", "is silent"])(
    "ends a consumer and closes in time where it %s",
    async (how) => {
      const server = await serverOf();
      const proxy = await proxyOf(server);
      const store = redisStore({ host: proxy.host, port: proxy.port }, { commandMsMax: 60_000 });
      const q = queue(store, { name: "q", codec: t.string });
      const stop$ = new Subject<void>();
      await q.enqueueAll(["a", "b"]);
      const begun = new Subject<void>();
      const beginning = lastValueFrom(begun, { defaultValue: undefined });
      const work = handle(() => {
        begun.complete();
        return NEVER;
      });
      const consumer = lastValueFrom(q.messages({ stop$, stopMsMax: 500 }).pipe(work, settle()), {
        defaultValue: undefined,
      });
      await beginning;
      if (how === "refuses") await proxy.close();
      else proxy.pause();
      stop$.next();
      expect(await timeOf(() => consumer)).toBeLessThan(1_600);
      expect(await timeOf(() => store.close())).toBeLessThan(2_100);
    },
    20_000,
  );

  it("that only accepts connections is given up like one that went silent", async () => {
    const sockets: Array<Socket> = [];
    const listener = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const { port } = listener.address() as { readonly port: number };
    const store = redisStore({ port }, { commandMsMax: 1_000 });
    store.ready().subscribe({ error: () => undefined });
    expect(await timeOf(() => until(() => sockets.length > 1))).toBeLessThan(2_000);
    await store.close();
    for (const socket of sockets) socket.destroy();
    listener.close();
  });

  it.each(["nobody listens", "nobody answers"])(
    "keeps no process that closes, where %s",
    async (how) => {
      const listener = createServer(() => undefined).listen(0, "127.0.0.1");
      await once(listener, "listening");
      const { port } = listener.address() as { readonly port: number };
      if (how === "nobody listens") listener.close();
      const program = fileURLToPath(new URL("./closesAndEnds.ts", import.meta.url));
      const child = spawn(process.execPath, ["--import", "tsx", program, String(port)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      let closedAtMs = 0;
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("closed")) closedAtMs = performance.now();
      });
      const [code] = (await once(child, "exit")) as [number];
      const lingered = performance.now() - closedAtMs;
      if (listener.listening) listener.close();
      expect([code, said]).toEqual([0, "StoreUnavailable\nclosed\n"]);
      expect(lingered).toBeLessThan(1_000);
    },
    30_000,
  );

  it("fails calls at once where the client has no offline queue, and serves them when it is back", async () => {
    const server = await serverOf();
    const client = { port: server.port, enableOfflineQueue: false };
    const at = bench(server.url, { client, store: { commandMsMax: 60_000 } });
    await at.enqueue(["first"]);
    await server.kill9();
    await until(() => at.tags.includes("StoreDown"));
    expect(
      await timeOf(() => expect(at.enqueue(["x"])).rejects.toMatchObject({ _tag: "StoreUnavailable" })),
    ).toBeLessThan(500);
    await server.restart();
    await until(() => at.tags.includes("StoreUp"));
    await at.enqueue(["second"]);
    expect(await at.store.stats(at.queue)).toMatchObject({ enqueued: 1 });
  }, 20_000);
});

describe("a server that takes no changes", () => {
  it("is told once by its name, asked less and less, and told once when it does again", async () => {
    const server = await serverOf();
    const at = bench(server.url, { store: { commandMsMax: 1_000 } });
    await at.enqueue(["a"]);
    const connections = async (): Promise<number> =>
      Number(/total_connections_received:(\d+)/.exec(await at.admin.info("stats"))?.[1]);
    await at.admin.call("REPLICAOF", "127.0.0.1", "1");
    const before = await connections();
    await expect(at.enqueue(["b"])).rejects.toMatchObject({ _tag: "StoreUnavailable" });
    await expect(at.store.ready()).rejects.toMatchObject({
      _tag: "StoreUnavailable",
      message: expect.stringContaining("READONLY") as string,
    });
    expect(at.events).toEqual([
      {
        _tag: "StoreDown",
        cause: expect.objectContaining({ message: expect.stringMatching(/^READONLY /) as string }) as Error,
      },
    ]);
    expect((await connections()) - before).toBeLessThan(9);
    const ready = new Promise<number>((resolve) => {
      const startMs = performance.now();
      at.store.events$.subscribe(() => resolve(performance.now() - startMs));
    });
    await at.admin.call("REPLICAOF", "NO", "ONE");
    expect(await ready).toBeLessThan(4_000);
    await at.store.ready();
    await at.enqueue(["c"]);
    expect(at.tags).toEqual(["StoreDown", "StoreUp"]);
  }, 20_000);

  it("and is a cluster without slots says so", async () => {
    const server = await serverOf({ args: ["--cluster-enabled", "yes", "--cluster-announce-ip", "127.0.0.1"] });
    const template = new Cluster([{ host: server.host, port: server.port }], { lazyConnect: true });
    const store = redisStore(template, { commandMsMax: 1_500 });
    await expect(store.ready()).rejects.toMatchObject({
      _tag: "StoreUnavailable",
      message: expect.stringContaining("CLUSTERDOWN") as string,
    });
    await store.close();
    template.disconnect();
  }, 20_000);
});

describe("secrets", () => {
  const PASSWORD = "p4ssw0rd-of-mine";
  const PAYLOAD = "payload-of-mine";
  const shown = (what: unknown): string => inspect(what, { depth: 20, showHidden: true });

  it("are in no error and no event of a refused login", async () => {
    const server = await serverOf({ password: "another" });
    const store = redisStore({ port: server.port, username: "default", password: PASSWORD }, { commandMsMax: 1_000 });
    const events: Array<unknown> = [];
    store.events$.subscribe((event) => events.push(event));
    const q = queue(store, { name: "q", codec: t.string });
    const error = await q.enqueue(PAYLOAD).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(error).toMatchObject({ _tag: "InvalidConfig" });
    await until(() => events.length > 0);
    expect(shown([error, events])).not.toMatch(/p4ssw0rd|payload-of/);
    await store.close();
  });

  it("are in no error of a call that the server refuses or that is given up", async () => {
    const server = await serverOf();
    const at = bench(server.url, { store: { commandMsMax: 500 } });
    const q = queue(at.store, { name: at.queue, codec: t.string });
    await at.admin.set(at.key, "foreign");
    const refused = await q.enqueue(PAYLOAD).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(refused).toMatchObject({ _tag: "InvalidConfig", message: expect.stringContaining("WRONGTYPE") as string });
    await server.kill9();
    const away = await q.enqueue(PAYLOAD).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(away).toMatchObject({ _tag: "StoreUnavailable" });
    expect(shown([refused, away, at.events])).not.toContain(PAYLOAD);
    await server.restart();
  });

  it("keep the causes of a refused connection", async () => {
    const store = redisStore({ port: 1, host: "localhost" }, { commandMsMax: 300 });
    const error = await store.ready().then(
      () => undefined,
      (cause: unknown) => cause as { readonly cause: unknown },
    );
    expect(shown(error?.cause)).toContain("ECONNREFUSED");
    await store.close();
  });
});

it("the driver under test is the one that was asked for", () => {
  const client = new Redis(url, { lazyConnect: true });
  expect("protocol" in client.options).toBe(process.env["IOREDIS"] !== "5");
});
