/** The Redis of the benchmark: one of its own, without persistence, or the one of `REDIS_URL` (which must be empty). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { sleep } from "./concurrently.js";

export interface RedisServer {
  readonly url: string;
  readonly version: string;
  /** A connection for looking in from outside, never for what is measured. */
  readonly admin: Redis;
  /** Deletes everything, so that each measurement begins with an empty server. */
  readonly clear: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port to listen on");
  return address.port;
};

const spawnServer = async (): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  const port = await freePort();
  const server: ChildProcess = spawn(
    "redis-server",
    ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "no"],
    { stdio: "ignore" },
  );
  // However this process ends, neither the server nor its folder stay behind.
  const end = (): void => {
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", end);
  await once(server, "spawn").catch((cause: unknown) => {
    const text = "redis-server does not start: install it (Debian: apt-get install redis-server), or set REDIS_URL";
    throw new Error(text, { cause });
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      process.off("exit", end);
      const ended = server.exitCode === null ? once(server, "exit") : undefined;
      end();
      await ended;
    },
  };
};

const answering = async (admin: Redis): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await admin.ping().then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(50);
  }
  throw new Error("redis-server does not answer");
};

export const startRedis = async (): Promise<RedisServer> => {
  const given = process.env["REDIS_URL"];
  const { url, stop } = given === undefined ? await spawnServer() : { url: given, stop: async () => {} };
  const admin = new Redis(url, { maxRetriesPerRequest: 0 });
  // Told by the commands that fail; without a listener every attempt to connect would be printed.
  admin.on("error", () => {});
  await answering(admin);
  if ((await admin.dbsize()) > 0)
    throw new Error("REDIS_URL is not empty, and the benchmark would delete everything in it");
  const info = await admin.info("server");
  return {
    url,
    version: /redis_version:(\S+)/.exec(info)?.[1] ?? "unknown",
    admin,
    clear: async () => {
      await admin.flushdb();
    },
    stop: async () => {
      admin.disconnect();
      await stop();
    },
  };
};
