import { Redis } from "ioredis";
import { afterEach, describe, expect, inject, it } from "vitest";
import { startTcpProxy, type TcpProxy } from "./tcpProxy.js";

const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const proxied = async (): Promise<{ readonly proxy: TcpProxy; readonly redis: Redis; readonly direct: Redis }> => {
  const { hostname, port, username, password } = new URL(inject("redisUrl"));
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) || 6379 });
  const auth = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  const redis = new Redis(proxy.port, proxy.host, { ...auth, retryStrategy: () => 10, maxRetriesPerRequest: 0 });
  const direct = new Redis(inject("redisUrl"));
  redis.on("error", () => undefined);
  cleanups.push(
    proxy.close,
    () => redis.disconnect(),
    () => direct.disconnect(),
  );
  await redis.ping();
  return { proxy, redis, direct };
};

const key = (name: string): string => `sluice-proxy-${process.pid}-${name}`;
const soon = (): Promise<string> => new Promise((resolve) => setTimeout(resolve, 100, "silence"));

describe("startTcpProxy", () => {
  it("passes bytes both ways", async () => {
    const { redis, proxy } = await proxied();
    expect(await redis.echo("x".repeat(100_000))).toHaveLength(100_000);
    expect(proxy.connections()).toBe(1);
  });

  it("is half-open while paused: the command does not arrive and no end is seen", async () => {
    const { redis, direct, proxy } = await proxied();
    proxy.pause();
    const answer = redis.set(key("paused"), "1").catch(() => "cut");
    expect(await Promise.race([answer, soon()])).toBe("silence");
    expect(await direct.exists(key("paused"))).toBe(0);
    expect(proxy.lostBytes().toServer).toBeGreaterThan(0);
    proxy.resume();
    expect(await Promise.race([answer, soon()])).toBe("silence"); // a stream with a hole stays silent
    proxy.cut();
    expect(await answer).toBe("cut");
    expect(await redis.ping()).toBe("PONG"); // over a new connection
  });

  it("lets the write arrive and loses its reply", async () => {
    const { redis, direct, proxy } = await proxied();
    proxy.dropReplies();
    const answer = redis.incr(key("reply")).catch(() => "cut");
    await expect.poll(() => proxy.lostBytes().toClient).toBeGreaterThan(0);
    expect(await direct.get(key("reply"))).toBe("1");
    proxy.resume();
    proxy.cut();
    expect(await answer).toBe("cut");
    await direct.del(key("reply"));
  });

  it("goes on after a pause in which nothing was sent", async () => {
    const { redis, proxy } = await proxied();
    proxy.pause();
    await soon();
    proxy.resume();
    expect(await redis.ping()).toBe("PONG");
  });
});
