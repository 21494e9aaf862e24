/** The script that gets a Chromium, on systems made of stubs: nothing is installed here. And how the tests find it. */
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { chromiumMissing, findChromium } from "../support/chromium.js";

const script = fileURLToPath(new URL("../../scripts/ensure-chromium.sh", import.meta.url));

interface System {
  /** Commands on PATH, with what each does. */
  readonly commands: Readonly<Record<string, string>>;
  readonly chromium?: string;
  /** Default 0: root. */
  readonly userId?: number;
}

/** A package manager that has a package `chromium`, which brings this command. */
const having = (brings = "chromium"): string =>
  `case " $* " in *" chromium "*) : >"$BIN/${brings}"; /bin/chmod +x "$BIN/${brings}" ;; *) exit 1 ;; esac`;
const nothing = "exit 1";

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), "sluice-path-"));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
};

/** Runs the script; answers its exit code, what it said, and the commands that it ran. */
const run = ({ commands, chromium, userId = 0 }: System) => {
  const bin = folder();
  const log = join(bin, "log");
  const program = (name: string, body: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  program("id", `echo ${userId}`);
  symlinkSync("/usr/bin/env", join(bin, "env"));
  for (const [name, body] of Object.entries(commands)) program(name, `printf '%s\\n' "${name} $*" >>"$LOG"\n${body}`);
  const env = { PATH: bin, BIN: bin, LOG: log, ...(chromium === undefined ? {} : { CHROMIUM: chromium }) };
  const { status, stderr } = spawnSync("/bin/sh", [script], {
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  return {
    code: status,
    said: stderr.replaceAll("ensure-chromium: ", "").replaceAll(bin, "BIN").trimEnd().split("\n"),
    ran: existsSync(log) ? readFileSync(log, "utf8").trimEnd().split("\n") : [],
  };
};

describe("the script", () => {
  it.each(["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"])(
    "takes %s that is there",
    (name) => {
      expect(run({ commands: { [name]: "", "apt-get": nothing } })).toEqual({
        code: 0,
        said: [`found BIN/${name}`],
        ran: [],
      });
    },
  );

  it("takes the one that CHROMIUM names, and refuses what is none", () => {
    expect(run({ commands: { "apt-get": having() }, chromium: "/bin/sh" })).toMatchObject({ code: 0, ran: [] });
    expect(run({ commands: { "apt-get": having() }, chromium: "/nowhere/chrome" })).toEqual({
      code: 1,
      said: [expect.stringContaining("CHROMIUM names /nowhere/chrome, which is no program") as string],
      ran: [],
    });
  });

  it.each<[system: string, commands: System["commands"], ran: ReadonlyArray<string>]>([
    ["Debian", { "apt-get": having() }, ["apt-get install -y chromium"]],
    [
      "Debian without package lists",
      { "apt-get": `[ "$1" = update ] && { : >"$BIN/lists"; exit 0; }; [ -f "$BIN/lists" ] || exit 100; ${having()}` },
      ["apt-get install -y chromium", "apt-get update", "apt-get install -y chromium"],
    ],
    ["Alpine", { apk: having("chromium-browser") }, ["apk add --no-cache chromium"]],
    ["Fedora", { dnf: having("chromium-browser") }, ["dnf install -y chromium"]],
    ["Arch", { pacman: having() }, ["pacman -S --needed --noconfirm chromium"]],
  ])("installs it: %s", (_, commands, ran) => {
    const result = run({ commands });
    expect(result.said.at(-1)).toMatch(/^installed BIN\/chromium/);
    expect(result).toMatchObject({ code: 0, ran });
  });

  it.each<[system: string, system: System, advice: string | undefined]>([
    ["Debian, as root", { commands: { "apt-get": nothing } }, "apt-get update && apt-get install -y chromium"],
    [
      "Debian, sudo that asks",
      { commands: { "apt-get": nothing, sudo: "exit 1" }, userId: 1000 },
      "sudo apt-get update && sudo apt-get install -y chromium",
    ],
    ["Alpine, no sudo", { commands: { apk: nothing }, userId: 1000 }, "as root: apk add chromium"],
    ["a package without a browser", { commands: { dnf: having("snap") } }, "dnf install -y chromium"],
    ["nothing known", { commands: {} }, undefined],
  ])("says what to run where nothing works: %s", (_, system, advice) => {
    const { code, said } = run(system);
    expect(code).toBe(1);
    if (advice === undefined) expect(said.at(-2)).toContain("No package manager that this script knows");
    else expect(said.slice(-3, -1)).toEqual(["This should do it:", `  ${advice}`]);
    expect(said.at(-1)).toBe("Or name one that is somewhere else: CHROMIUM=/path/to/chrome npm test");
  });
});

describe("the tests", () => {
  it("find what the script finds, and say what to do where there is none", () => {
    const bin = folder();
    expect(() => findChromium({ PATH: bin })).toThrow(chromiumMissing);
    for (const name of ["google-chrome", "chromium-browser", "chromium"]) {
      writeFileSync(join(bin, name), "");
      expect(() => findChromium({ PATH: bin, CHROMIUM: join(bin, name) })).toThrow(chromiumMissing);
      chmodSync(join(bin, name), 0o755);
      expect(findChromium({ PATH: `/nowhere:${bin}` })).toBe(join(bin, name));
    }
    expect(findChromium({ PATH: bin, CHROMIUM: "/bin/sh" })).toBe("/bin/sh");
  });
});
