/** The script that gets a Redis server, on systems made of stubs: nothing is installed here. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../scripts/ensure-redis.sh", import.meta.url));
const folders: Array<string> = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface System {
  /** Commands on PATH. A package manager installs the packages that it has, and fails for all others. */
  readonly commands: Readonly<Record<string, string>>;
  readonly url?: string;
  /** Default 0: root. */
  readonly userId?: number;
}

/** A package manager with this package, which brings these commands. */
const having = (name: string, brings: ReadonlyArray<string> = ["redis-server"]): string =>
  `case " $* " in
    *" ${name} "*) ${brings.map((command) => `echo 'echo "Redis server v=7.0.15 sha=0"' >"$BIN/${command}"; /bin/chmod +x "$BIN/${command}"`).join("; ") || "exit 0"} ;;
    *) exit 1 ;;
  esac`;

const nothing = having("-");

/** Runs the script; answers its exit code, what it said, and the commands that it ran. */
const run = ({ commands, url, userId = 0 }: System) => {
  const bin = mkdtempSync(join(tmpdir(), "sluice-path-"));
  folders.push(bin);
  const log = join(bin, "log");
  const command = (name: string, body: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\nprintf '%s\\n' "${name} $*" >>"$LOG"\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  writeFileSync(join(bin, "id"), `#!/bin/sh\necho ${userId}\n`);
  chmodSync(join(bin, "id"), 0o755);
  symlinkSync("/usr/bin/env", join(bin, "env"));
  for (const [name, body] of Object.entries(commands)) command(name, body);
  const env = { PATH: bin, BIN: bin, LOG: log, ...(url === undefined ? {} : { REDIS_URL: url }) };
  const { status, stdout, stderr } = spawnSync("/bin/sh", [script], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(stdout).toBe("");
  const ran = existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [];
  return {
    code: status,
    said: stderr.replaceAll("ensure-redis: ", "").replaceAll(bin, "BIN").trimEnd().split("\n"),
    ran,
  };
};

// As sudo where a password was given lately, and where it would have to ask.
const sudo = '[ "$1" = -n ] && shift; exec "$@"';
const sudoAsks = "exit 1";
const version = (number: string): string =>
  `echo "Redis server v=${number} sha=00000000:0 malloc=jemalloc-5.2.1 bits=64"`;

describe("where there is a server", () => {
  it("installs nothing and says which one is used", () => {
    expect(run({ commands: { "apt-get": nothing }, url: "redis://elsewhere" })).toEqual({
      code: 0,
      said: ["the tests use the server that REDIS_URL names"],
      ran: [],
    });
    expect(run({ commands: { "redis-server": version("7.0.15"), "apt-get": nothing } })).toEqual({
      code: 0,
      said: ["found BIN/redis-server"],
      ran: ["redis-server --version"],
    });
  });

  it.each([
    ["5.0.3", true],
    ["6.0.16", true],
    ["6.2.0", false],
    ["10.0.1", false],
    ["unstable", false],
  ])("says whether %s is too old: %s", (number, old) => {
    const { code, said } = run({ commands: { "redis-server": version(number) } });
    expect([code, said.length]).toEqual([0, old ? 2 : 1]);
    if (old) expect(said[1]).toMatch(/^it is Redis [56]\.0 and Sluice needs 6\.2: /);
  });
});

describe("where there is none", () => {
  it.each<[system: string, commands: System["commands"], ran: ReadonlyArray<string>]>([
    ["Debian", { "apt-get": having("redis-server") }, ["apt-get install -y redis-server"]],
    [
      "Debian without package lists",
      {
        "apt-get": `[ "$1" = update ] && { : >"$BIN/lists"; exit 0; }; [ -f "$BIN/lists" ] || exit 100; ${having("redis-server")}`,
      },
      ["apt-get install -y redis-server", "apt-get update", "apt-get install -y redis-server"],
    ],
    ["Alpine", { apk: having("redis") }, ["apk add --no-cache redis"]],
    ["Fedora 40", { dnf: having("redis"), yum: nothing }, ["dnf install -y redis"]],
    [
      "Fedora 41",
      { dnf: having("valkey-compat-redis"), yum: nothing },
      ["dnf install -y redis", "dnf install -y valkey-compat-redis"],
    ],
    ["CentOS 7", { yum: having("redis") }, ["yum install -y redis"]],
    [
      "Arch",
      { pacman: having("valkey", ["valkey-server", "redis-server"]) },
      ["pacman -S --needed --noconfirm redis", "pacman -S --needed --noconfirm valkey"],
    ],
    [
      "Arch without package lists",
      { pacman: `[ "$1" = -S ] && exit 1; ${having("redis")}` },
      [
        "pacman -S --needed --noconfirm redis",
        "pacman -S --needed --noconfirm valkey",
        "pacman -Sy --needed --noconfirm redis",
      ],
    ],
    ["macOS", { brew: having("redis") }, ["brew install redis"]],
  ])("installs it: %s", (_, commands, ran) => {
    const result = run({ commands });
    expect(result.said.slice(-1)).toEqual(["installed BIN/redis-server"]);
    expect(result).toMatchObject({ code: 0, ran });
  });

  it("installs as root where sudo asks for nothing, and never by brew as root", () => {
    expect(run({ commands: { dnf: having("redis"), sudo }, userId: 1000 })).toMatchObject({
      code: 0,
      ran: ["sudo -n dnf install -y redis", "dnf install -y redis"],
    });
    expect(run({ commands: { "apt-get": having("redis-server"), sudo }, userId: 1000 })).toMatchObject({
      code: 0,
      ran: [
        "sudo -n env DEBIAN_FRONTEND=noninteractive apt-get install -y redis-server",
        "apt-get install -y redis-server",
      ],
    });
    expect(run({ commands: { brew: having("redis"), sudo }, userId: 1000 }).ran).toEqual(["brew install redis"]);
  });

  it("takes brew where the system's own may not be used", () => {
    const { code, ran } = run({
      commands: { "apt-get": nothing, brew: having("redis"), sudo: sudoAsks },
      userId: 1000,
    });
    expect([code, ran.at(-1)]).toEqual([0, "brew install redis"]);
  });

  it("stops a server that came with the package, and only that", () => {
    const stopped = run({ commands: { apk: having("redis"), service: "exit 0" } });
    expect(stopped.ran).toEqual(["apk add --no-cache redis", "service redis-server stop"]);
    expect(run({ commands: { apk: nothing, service: "exit 0" } }).ran).not.toContain("service redis-server stop");
  });

  it.each<[system: string, system: System, advice: ReadonlyArray<string>]>([
    [
      "Debian, sudo that asks",
      { commands: { "apt-get": nothing, sudo: sudoAsks }, userId: 1000 },
      ["sudo apt-get update && sudo apt-get install -y redis-server"],
    ],
    [
      "Debian, no sudo",
      { commands: { "apt-get": 'echo "are you root?" >&2; exit 100' }, userId: 1000 },
      ["as root: apt-get update && apt-get install -y redis-server"],
    ],
    ["Alpine", { commands: { apk: nothing } }, ["apk add redis"]],
    ["Fedora", { commands: { dnf: nothing } }, ["dnf install -y redis", "dnf install -y valkey-compat-redis"]],
    [
      "Fedora, a package without the command",
      { commands: { dnf: having("redis", ["valkey-server"]), sudo }, userId: 1000 },
      [
        "sudo dnf install -y redis",
        "sudo dnf install -y valkey-compat-redis",
        "sudo ln -s BIN/valkey-server /usr/local/bin/redis-server",
      ],
    ],
    ["Arch", { commands: { pacman: nothing } }, ["pacman -Syu valkey"]],
    ["macOS", { commands: { brew: nothing }, userId: 501 }, ["brew install redis"]],
  ])("says exactly what to run where nothing works: %s", (_, system, advice) => {
    const { code, said } = run(system);
    expect(code).toBe(1);
    const at = said.indexOf("One of these should do it:");
    expect(said.slice(at + 1)).toEqual([
      ...advice.map((line) => `  ${line}`),
      "Or name a server that the tests may use: REDIS_URL=redis://127.0.0.1:6379 npm test",
    ]);
  });

  it("says so where it knows no package manager", () => {
    const { code, said, ran } = run({ commands: {} });
    expect([code, ran]).toEqual([1, []]);
    expect(said.slice(-2)).toEqual([
      "No package manager that this script knows is on PATH: install Redis 6.2 or newer by yours.",
      "Or name a server that the tests may use: REDIS_URL=redis://127.0.0.1:6379 npm test",
    ]);
  });
});
