/**
 * The Postgres of the benchmark: one of its own, as it comes (so each commit is on the disk), but for room for connections. Its programs are
 * those of Debian's package, or on PATH. It never runs as root, who hands it to an unprivileged user.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { sleep } from "../concurrently.js";
import { freePort } from "../redis.js";

export interface PostgresServer {
  readonly version: string;
  /** The address of a database that nobody has used. The one before of this name is dropped. */
  readonly fresh: (name?: string) => Promise<string>;
  readonly stop: () => Promise<void>;
}

const binFolder = (): string => {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, "bin")),
    ...(process.env["PATH"] ?? "").split(":"),
  ];
  const found = folders.find((folder) => existsSync(join(folder, "initdb")));
  if (found === undefined) throw new Error("there is no Postgres here: run `sh scripts/ensure-postgres.sh`");
  return found;
};

interface Owner {
  readonly uid?: number;
  readonly gid?: number;
}

/** As whom the server runs: whoever measures, but never root. */
const owner = (): Owner => {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string, name: string): number => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  for (const name of ["postgres", "nobody"])
    try {
      return { uid: idOf("-u", name), gid: idOf("-g", name) };
    } catch {
      // There is no such user: the next one.
    }
  throw new Error("Postgres does not run as root, and there is neither a user postgres nor nobody");
};

const answering = async (url: string): Promise<pg.Client> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const client = new pg.Client(url);
    // Told by the query that fails.
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch {
      await sleep(50);
    }
  }
  throw new Error("postgres does not answer");
};

export const startPostgres = async (): Promise<PostgresServer> => {
  const bin = binFolder();
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-postgres-"));
  const as = owner();
  if (as.uid !== undefined && as.gid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, "data");
  const initdb = ["-D", data, "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"];
  execFileSync(join(bin, "initdb"), initdb, { ...as, cwd: folder, stdio: "ignore" });
  const port = await freePort();
  const args = ["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1", "-c", "max_connections=200"];
  const server = spawn(join(bin, "postgres"), args, { ...as, cwd: folder, stdio: "ignore" });
  // However this process ends, neither the server nor its folder stay behind.
  const end = (): void => {
    server.kill("SIGQUIT");
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", end);
  const address = (database: string): string => `postgres://bench@127.0.0.1:${port}/${database}`;
  const admin = await answering(address("postgres"));
  const { rows } = await admin.query<{ readonly server_version: string }>("show server_version");
  return {
    version: rows[0]?.server_version ?? "unknown",
    fresh: async (name = "bench") => {
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.query(`create database ${name}`);
      // What one lane has left to be written is not to be paid by the next.
      await admin.query("checkpoint");
      return address(name);
    },
    stop: async () => {
      await admin.end();
      process.off("exit", end);
      const ended = once(server, "exit");
      server.kill("SIGINT");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
