/** A pgbouncer in front of a Postgres server, that gives a connection for one transaction at a time, to whoever comes. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { freePort, host, ownerOf, untilReady } from "./postgresServer.js";

export interface PgBouncer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Where pgbouncer is; undefined where it is not installed. */
const program = (): string | undefined =>
  [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]
    .map((folder) => join(folder, "pgbouncer"))
    .find((path) => existsSync(path));

export const pgbouncerMissing =
  "No pgbouncer here. Run `sh scripts/ensure-pgbouncer.sh`, which installs it, or install the package pgbouncer.";

/** Starts it; undefined where there is none. */
export const startPgBouncer = async (
  server: string,
  poolMode: "transaction" | "session" = "transaction",
): Promise<PgBouncer | undefined> => {
  const path = program();
  if (path === undefined) return undefined;
  const to = new URL(server);
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), "sluice-pgbouncer-"));
  await chmod(dir, 0o755);
  const config = join(dir, "pgbouncer.ini");
  // As whoever connects, who needs no password here.
  await writeFile(
    config,
    `[databases]
* = host=${to.hostname} port=${to.port} user=${to.username}
[pgbouncer]
listen_addr = ${host}
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${poolMode}
default_pool_size = 30
max_client_conn = 1000
ignore_startup_parameters = extra_float_digits
`,
  );
  // It ends with the end of its standard input, and so with this process, however that ends.
  const script = '"$1" -q "$2" & cat >/dev/null; kill -9 $!';
  const bouncer = spawn("sh", ["-c", script, "watchdog", path, config], {
    ...(await ownerOf()),
    cwd: dir,
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const stop = async (): Promise<void> => {
    const exit = once(bouncer, "exit");
    bouncer.stdin.end();
    await exit;
    await rm(dir, { recursive: true, force: true });
  };
  const url = `postgres://${to.username}@${host}:${port}${to.pathname}`;
  try {
    await untilReady(url);
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { url, stop };
};
