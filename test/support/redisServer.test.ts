import { fork } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { afterEach, describe, expect, inject, it } from "vitest";
import { type RedisServer, type RedisServerOptions, startRedisServer } from "./redisServer.js";

const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const start = async (options?: RedisServerOptions): Promise<RedisServer> => {
  const server = await startRedisServer(options);
  cleanups.push(server.stop);
  return server;
};
const client = (url: string): Redis => {
  const redis = new Redis(url, { retryStrategy: () => 20 });
  redis.on("error", () => undefined);
  cleanups.push(() => redis.disconnect());
  return redis;
};

describe("startRedisServer", () => {
  it("keeps what was written over a kill when it has an append-only file", async () => {
    const server = await start({ appendonly: true });
    const redis = client(server.url);
    await redis.set("a", "1");
    await server.kill9();
    await server.restart();
    expect(await redis.get("a")).toBe("1");
  });

  it("answers nothing while it is paused, and then everything", async () => {
    const server = await start();
    const redis = client(server.url);
    await redis.ping();
    server.pause();
    const pong = redis.ping();
    const silence = new Promise((resolve) => setTimeout(resolve, 100, "silence"));
    expect(await Promise.race([pong, silence])).toBe("silence");
    server.resume();
    expect(await pong).toBe("PONG");
  });

  it("takes a password and further arguments", async () => {
    const server = await start({ password: "p@ss", args: ["--maxmemory", "64mb"] });
    expect(await client(server.url).config("GET", "maxmemory")).toEqual(["maxmemory", String(64 * 1024 * 1024)]);
    await expect(client(`redis://${server.host}:${server.port}`).get("a")).rejects.toThrow("NOAUTH");
  });

  it("owns every slot as a cluster of one", async () => {
    const server = await start({ cluster: true });
    expect(await client(server.url).set("a", "1")).toBe("OK");
    expect(String(await client(server.url).call("CLUSTER", "INFO"))).toContain("cluster_slots_assigned:16384");
  });

  it("says why a server does not start", async () => {
    await expect(startRedisServer({ args: ["--no-such-option", "1"] })).rejects.toThrow(/ended before it was ready/);
  });

  it("dies with the process that started it, and its folder goes too, even after SIGKILL", async () => {
    const child = fork(new URL("./fixtures/redisOwner.ts", import.meta.url), { execArgv: ["--import", "tsx"] });
    const [{ url, dir }] = (await once(child, "message")) as [{ url: string; dir: string }];
    const { existsSync } = await import("node:fs");
    expect(existsSync(dir)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    await expect.poll(() => existsSync(dir), { timeout: 5_000 }).toBe(false);
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on("error", () => undefined);
    await expect(redis.connect()).rejects.toThrow();
  });
});

describe("the shared server", () => {
  it("answers at the injected url", async () => {
    expect(await client(inject("redisUrl")).ping()).toBe("PONG");
  });
});
