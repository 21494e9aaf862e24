/**
 * A real Postgres server of one test: a data folder and a port of its own, and the ways in which a server fails. It syncs to the disk, as
 * the one of a user does. It never outlives the run: see `reservePostgres`.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { binFolder, freePort, host, initData, ownerOf, reservePostgres, untilReady } from "./postgresServer.js";

const run = promisify(execFile);

export interface OwnPostgresOptions {
  /** Settings of the server beside those that keep it small. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Of which server it is a copy that follows it, by streaming replication. Default: none, and it begins empty. */
  readonly standbyOf?: OwnPostgres;
}

export interface OwnPostgres {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** A folder that the server may write to, beside its data. It goes with the server. */
  readonly dir: string;
  /** SIGKILL of the server and all its processes, as a crash would. `start` brings it back on the same port and data. */
  readonly kill9: () => Promise<void>;
  /** SIGKILL of all its processes but the first, which then restarts by itself. */
  readonly crash: () => Promise<void>;
  /** Ends it as an administrator would who does not wait for clients. */
  readonly shutDown: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Makes a standby the primary. */
  readonly promote: () => Promise<void>;
  /** Reads its files of settings again. */
  readonly reload: () => void;
  /** Ends it for good, and removes its folder. */
  readonly stop: () => Promise<void>;
}

const small = {
  shared_buffers: "32MB",
  max_connections: "40",
  listen_addresses: host,
  log_min_messages: "fatal",
  // A crash is over sooner.
  restart_after_crash: "on",
  wal_level: "replica",
};

/** The processes of which this one is the parent. */
const childrenOf = async (pid: number): Promise<ReadonlyArray<number>> => {
  const { stdout } = await run("ps", ["-axo", "pid=,ppid="]);
  return stdout.split("\n").flatMap((line) => {
    const [child, parent] = line.trim().split(/\s+/).map(Number);
    return child !== undefined && parent === pid ? [child] : [];
  });
};

const killAll = (pids: ReadonlyArray<number>): void => {
  for (const pid of pids)
    try {
      process.kill(pid, "SIGKILL");
    } catch (cause) {
      // It ended by itself meanwhile.
      if ((cause as NodeJS.ErrnoException).code !== "ESRCH") throw cause;
    }
};

export const startOwnPostgres = async (options: OwnPostgresOptions = {}): Promise<OwnPostgres> => {
  const { settings = {}, standbyOf } = options;
  const { dir, stop } = await reservePostgres();
  const data = join(dir, "data");
  const as = (await ownerOf()) ?? {};
  const port = await freePort();
  const url = `postgres://postgres@${host}:${port}/postgres`;
  let server: ChildProcess | undefined;

  const spawnServer = async (): Promise<void> => {
    const args = ["-D", data, "-p", String(port), "-k", dir];
    for (const [name, value] of Object.entries({ ...small, ...settings })) args.push("-c", `${name}=${value}`);
    server = spawn(join(binFolder(), "postgres"), args, { ...as, cwd: dir, stdio: "ignore", detached: true });
    server.unref();
    await untilReady(url);
  };
  const pidOf = (): number => {
    if (server?.pid === undefined) throw new Error("the server does not run");
    return server.pid;
  };
  const end = async (signal: () => Promise<void>): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.ref();
    const exit = once(server, "exit");
    await signal();
    await exit;
    server = undefined;
  };

  try {
    if (standbyOf === undefined) await initData(dir, data);
    else await copyOf(standbyOf, { dir, data });
    await spawnServer();
  } catch (cause) {
    await stop();
    throw cause;
  }
  return {
    url,
    host,
    port,
    dir,
    kill9: () =>
      end(async () => {
        const first = pidOf();
        // Stopped, it starts no more of them meanwhile.
        process.kill(first, "SIGSTOP");
        killAll([...(await childrenOf(first)), first]);
      }),
    crash: async () => killAll(await childrenOf(pidOf())),
    shutDown: () =>
      end(() => {
        process.kill(pidOf(), "SIGINT");
        return Promise.resolve();
      }),
    start: spawnServer,
    promote: async () => {
      await run(join(binFolder(), "pg_ctl"), ["promote", "-D", data, "-w"], { ...as, cwd: dir });
    },
    reload: () => void process.kill(pidOf(), "SIGHUP"),
    stop,
  };
};

/** A copy of a running server that follows it. */
const copyOf = async (
  { port }: OwnPostgres,
  { dir, data }: { readonly dir: string; readonly data: string },
): Promise<void> => {
  const owner = await ownerOf();
  if (owner !== undefined) await run("chown", [`${owner.uid}:${owner.gid}`, dir]);
  await run("chmod", ["755", dir]);
  const args = ["-h", host, "-p", String(port), "-U", "postgres", "-D", data, "-R", "-X", "stream", "-c", "fast"];
  await run(join(binFolder(), "pg_basebackup"), args, { ...owner, cwd: dir });
};
