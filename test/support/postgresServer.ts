/**
 * A real Postgres server of one run of the tests. It is started by the first test that asks for it, so that runs of other tests do not pay
 * for it, and ended by the run itself.
 *
 * A server never outlives the run. A small shell waits for the end of its standard input, which comes with the end of the process of the
 * run however it ends: then it kills the server and removes the folder.
 */

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { chmod, chown, mkdtemp, open, readFile, rename, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";

const run = promisify(execFile);

const postgresServerMissing =
  "No Postgres here. Run `sh scripts/ensure-postgres.sh`, which installs it, or install the package postgresql.";

export const host = "127.0.0.1";
const startMsMax = 30_000;
/** Who owns the server where the tests run as root, as whom Postgres refuses to run. */
const unprivileged = ["postgres", "nobody"];

/** The folder of a server's programs: that of POSTGRES_BIN, else the newest of Debian's, or the one on PATH. */
export const binFolder = (): string => {
  const given = process.env["POSTGRES_BIN"] ?? "";
  if (given !== "") return given;
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(delimiter),
  ];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "postgres")));
  if (found === undefined) throw new Error(postgresServerMissing);
  return found;
};

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** As whom the server runs: undefined is whoever runs the tests. */
export const ownerOf = async (): Promise<Owner | undefined> => {
  if (process.getuid?.() !== 0) return undefined;
  const users = await readFile("/etc/passwd", "utf8");
  for (const name of unprivileged) {
    const [, , uid, gid] =
      users
        .split("\n")
        .find((line) => line.startsWith(`${name}:`))
        ?.split(":") ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(`Postgres refuses to run as root, and there is none of the users ${unprivileged.join(", ")}.`);
};

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, host);
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address !== "object") throw new Error("no free port");
  return address.port;
};

/** The folder of one run's server, in which it is started once somebody asks. What it answers ends the server, and removes the folder. */
export const reservePostgres = async (): Promise<{ readonly dir: string; readonly stop: () => Promise<void> }> => {
  const dir = await mkdtemp(join(tmpdir(), "sluice-postgres-"));
  const script =
    'cat >/dev/null; [ -f "$1/data/postmaster.pid" ] && kill -INT "$(head -1 "$1/data/postmaster.pid")" 2>/dev/null; ' +
    'for i in 1 2 3 4 5 6 7 8 9 10; do [ -f "$1/data/postmaster.pid" ] || break; sleep 0.2; done; ' +
    '[ -f "$1/data/postmaster.pid" ] && kill -9 "$(head -1 "$1/data/postmaster.pid")" 2>/dev/null; rm -rf "$1"';
  const watchdog = spawn("sh", ["-c", script, "watchdog", dir], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.unref();
  return {
    dir,
    stop: async () => {
      const exit = once(watchdog, "exit");
      watchdog.ref();
      watchdog.stdin.end();
      await exit;
    },
  };
};

/** What makes a server of tests fast, and small enough to stand beside others. */
const settings = {
  fsync: "off",
  full_page_writes: "off",
  shared_buffers: "64MB",
  max_connections: "200",
  listen_addresses: host,
  log_min_messages: "fatal",
};

/** Gives the folder to whom the server runs as, and makes an empty cluster in `data` within it. */
export const initData = async (dir: string, data: string): Promise<void> => {
  const owner = await ownerOf();
  if (owner !== undefined) await chown(dir, owner.uid, owner.gid);
  await chmod(dir, 0o755);
  const args = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"];
  await run(join(binFolder(), "initdb"), args, { ...owner, cwd: dir });
};

const start = async (dir: string): Promise<string> => {
  const bin = binFolder();
  const owner = await ownerOf();
  const data = join(dir, "data");
  const as = owner ?? {};
  await initData(dir, data);
  const port = await freePort();
  const args = ["-D", data, "-p", String(port), "-k", dir];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const server = spawn(join(bin, "postgres"), args, { ...as, cwd: dir, stdio: "ignore", detached: true });
  server.unref();
  const url = `postgres://postgres@${host}:${port}/postgres`;
  await untilReady(url);
  return url;
};

/** Resolves once the server takes a connection: not all packages of a server bring `pg_isready`. */
export const untilReady = async (url: string): Promise<void> => {
  for (const untilMs = Date.now() + startMsMax; ; ) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return;
    } catch (cause) {
      if (Date.now() > untilMs) throw new Error(`postgres was not ready within ${startMsMax} ms`, { cause });
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      await client.end();
    }
  }
};

/** The URL of the server of this folder, which is started by the first of all processes that ask. */
export const postgresUrlIn = async (dir: string): Promise<string> => {
  const ready = join(dir, "url");
  const first = await open(join(dir, "started"), "wx").catch(() => undefined);
  if (first !== undefined) {
    await first.close();
    const url = await start(dir).catch(async (cause: unknown) => {
      await writeFile(ready, `failed: ${String(cause)}`);
      throw cause;
    });
    // A file is read whole or not at all.
    await writeFile(`${ready}.new`, url);
    await rename(`${ready}.new`, ready);
    return url;
  }
  for (let waitedMs = 0; waitedMs < startMsMax; waitedMs += 50) {
    const url = await readFile(ready, "utf8").catch(() => undefined);
    if (url?.startsWith("failed:") === true) throw new Error(url);
    if (url !== undefined) return url;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the server of this run was not started");
};
