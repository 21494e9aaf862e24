/**
 * A real Redis server for one test: its own port and folder, and the ways in which a server can fail.
 *
 * A server never outlives the test process. A small shell waits for the end of its standard input, which comes with the
 * end of this process however it ends (a signal, a kill of a vitest worker): then it kills the server and removes the
 * folder. A handler of `exit` alone would not run after a SIGKILL.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";

export interface RedisServerOptions {
  /** Arguments of redis-server that follow those given here, so they win: `["--maxmemory", "10mb"]`. */
  readonly args?: ReadonlyArray<string> | undefined;
  /** Write an append-only file, synced on every write. Without it a kill loses everything. Default false. */
  readonly appendonly?: boolean | undefined;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** Cluster mode with this one node owning every slot, or none of them. Default false. */
  readonly cluster?: boolean | "no slots" | undefined;
  /** Sets `requirepass` and stands in `url`. */
  readonly password?: string | undefined;
}

export interface RedisServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Ends the server for good and removes its folder. */
  readonly stop: () => Promise<void>;
  /** SIGKILL, as a crash would. `restart` brings it back on the same port and folder. */
  readonly kill9: () => Promise<void>;
  /** Ends the server if it runs, then starts it again on the same port and folder. */
  readonly restart: () => Promise<void>;
  /** SIGSTOP: connections stay open and nothing answers. */
  readonly pause: () => void;
  /** SIGCONT. */
  readonly resume: () => void;
}

const host = "127.0.0.1";
const startMsMax = 10_000;
const clusterPortMax = 55_535; // the bus of a cluster node listens 10,000 above its port
const slots = 16_384;

export const redisServerMissing =
  "No redis-server on PATH. Run `sh scripts/ensure-redis.sh`, which installs it, or install the package redis-server " +
  "(Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis).";

const freePort = async (portMax: number): Promise<number> => {
  for (;;) {
    const probe = createServer().listen(0, host);
    await once(probe, "listening");
    const address = probe.address();
    probe.close();
    await once(probe, "close");
    if (address !== null && typeof address === "object" && address.port <= portMax) return address.port;
  }
};

/** Kills the last process it was told of, and removes the folder, once its standard input ends. */
const watchdog = (dir: string): { readonly watch: (pid: number) => void; readonly end: () => Promise<void> } => {
  const script = 'while read -r pid; do last=$pid; done; [ -n "$last" ] && kill -9 "$last" 2>/dev/null; rm -rf "$1"';
  const child = spawn("sh", ["-c", script, "watchdog", dir], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  child.unref();
  return {
    watch: (pid) => void child.stdin.write(`${pid}\n`),
    end: async () => {
      if (child.exitCode !== null) return;
      const exit = once(child, "exit");
      child.ref();
      child.stdin.end();
      await exit;
    },
  };
};

const exitOf = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
};

/** Starts the process and waits until it accepts connections; the append-only file is loaded by then. */
const launch = (args: ReadonlyArray<string>, watch: (pid: number) => void): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid !== undefined) watch(child.pid);
    let log = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`${why}\n${log.slice(-2_000)}`));
    };
    const timer = setTimeout(() => fail(`redis-server was not ready within ${startMsMax} ms`), startMsMax);
    const read = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-8_000);
      if (!log.includes("Ready to accept connections")) return;
      clearTimeout(timer);
      child.stdout.off("data", read).resume();
      child.off("exit", onExit);
      resolve(child);
    };
    const onExit = (): void => fail("redis-server ended before it was ready");
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("exit", onExit);
    child.once("error", (error: NodeJS.ErrnoException) =>
      fail(error.code === "ENOENT" ? redisServerMissing : `redis-server did not start: ${error.message}`),
    );
  });

const ownAllSlots = async (url: string): Promise<void> => {
  const redis = new Redis(url);
  try {
    await redis.call("CLUSTER", "ADDSLOTS", ...Array.from({ length: slots }, (_, slot) => String(slot)));
    while (!String(await redis.call("CLUSTER", "INFO")).includes("cluster_state:ok")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    redis.disconnect();
  }
};

export const startRedisServer = async (options: RedisServerOptions = {}): Promise<RedisServer> => {
  const { cluster = false, appendonly = false, password } = options;
  const dir = await mkdtemp(join(tmpdir(), "sluice-redis-"));
  const guard = watchdog(dir);

  const start = (port: number): Promise<ChildProcess> => {
    const args = ["--port", String(port), "--bind", host, "--dir", dir, "--save", "", "--logfile", ""];
    args.push("--appendonly", appendonly ? "yes" : "no", "--appendfsync", "always");
    if (cluster !== false) args.push("--cluster-enabled", "yes", "--cluster-node-timeout", "1000");
    if (password !== undefined) args.push("--requirepass", password);
    return launch([...args, ...(options.args ?? [])], guard.watch);
  };

  /** A free port can be taken between the probe and the start: then try the next one. */
  const startAnywhere = async (triesMax: number): Promise<readonly [ChildProcess, number]> => {
    const port = options.port ?? (await freePort(cluster !== false ? clusterPortMax : 65_535));
    try {
      return [await start(port), port];
    } catch (error) {
      const taken = error instanceof Error && error.message.includes("Address already in use");
      if (!taken || options.port !== undefined || triesMax <= 1) throw error;
      return startAnywhere(triesMax - 1);
    }
  };

  const [first, port] = await startAnywhere(5).catch(async (error: unknown) => {
    await guard.end();
    await rm(dir, { recursive: true, force: true });
    throw error;
  });
  let child = first;
  const url = `redis://${password === undefined ? "" : `:${encodeURIComponent(password)}@`}${host}:${port}`;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    child.kill("SIGCONT"); // a paused server would keep the signal for later
    const impatient = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await exitOf(child);
    clearTimeout(impatient);
  };

  const server: RedisServer = {
    url,
    host,
    port,
    stop: async () => {
      await end("SIGKILL");
      await guard.end();
      await rm(dir, { recursive: true, force: true });
    },
    kill9: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGTERM");
      child = await start(port);
    },
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
  if (cluster === true) {
    await ownAllSlots(url).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
  }
  return server;
};
