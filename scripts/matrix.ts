/**
 * `npm run matrix`: packs the package, installs it beside the lowest and the highest peers that it allows, runs a program on each
 * Node, on memory and on Redis, and compiles the program with each TypeScript, strictly and with `skipLibCheck: false`.
 *
 * Prints what ran; `--write` puts it into docs/guide/support.md. What fails is shown as failed, with its first error, and makes the
 * exit code 1. It needs a redis-server on the PATH (or REDIS_URL), and the registry for some 300 MB: Nodes come from npm.
 */

import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import ts from "typescript";
import { startRedisServer } from "../test/support/redisServer.js";
import { manifest } from "./support/entries.js";
import { inRoot, root } from "./support/files.js";

/** The lowest that `engines` allows, then the newest of each line. */
const NODES = ["20.19.0", "20", "22", "24", "latest"];
const TYPESCRIPTS = ["5.9", "6", "7"];

interface Peers {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** The ranges of each peer: `^5.3.0 || ^6.0.0` are two. */
const ranges = Object.entries(manifest.peerDependencies).map(([name, range]) => [name, range.split(" || ")] as const);
const chosen = (choose: (ranges: ReadonlyArray<string>) => string | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries(ranges.map(([name, all]) => [name, choose(all) ?? "latest"]));

const PEERS: ReadonlyArray<Peers> = [
  { name: "lowest", versions: chosen(([first]) => first?.replace("^", "")) },
  { name: "highest, ioredis 5", versions: chosen(([first]) => first) },
  { name: "highest", versions: chosen((all) => all.at(-1)) },
];

const COMMAND_MS_MAX = 300_000;

/** Where a command runs: its folder, and its environment where that is not ours. */
interface Where {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

const run = (command: string, args: ReadonlyArray<string>, { cwd, env = process.env }: Where): string =>
  execFileSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    timeout: COMMAND_MS_MAX,
    stdio: ["ignore", "pipe", "pipe"],
  });

/** What a command printed, and whether it succeeded. */
interface Ended {
  readonly ok: boolean;
  readonly output: string;
  /** What had to be done so that it did. */
  readonly but?: string;
}

const attempt = (command: () => string): Ended => {
  try {
    return { ok: true, output: command() };
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
    return { ok: false, output: `${stdout}${stderr}`.trim() || String(error) };
  }
};

const install = (folder: string, dependencies: Readonly<Record<string, string>>): void => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", dependencies }));
  console.error(
    `installing ${Object.entries(dependencies)
      .map((one) => one.join("@"))
      .join(", ")}`,
  );
  run("npm", ["install", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--silent"], {
    cwd: folder,
  });
};

const versionIn = (folder: string, name: string): string =>
  (JSON.parse(readFileSync(join(folder, "node_modules", name, "package.json"), "utf8")) as { readonly version: string })
    .version;

/** A project of a user: the packed package, one choice of peers, and the program. */
interface Project extends Peers {
  readonly folder: string;
}

const program = readFileSync(inRoot("scripts/matrix/consumer.ts"), "utf8");
const tsconfig = {
  compilerOptions: {
    target: "es2022",
    lib: ["es2022"],
    module: "nodenext",
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  },
  files: ["consumer.ts"],
};

const makeProject = (dir: string, tarball: string, { name, versions }: Peers): Project => {
  const folder = join(dir, name.replaceAll(/\W+/g, "-"));
  install(folder, {
    sluice: `file:${tarball}`,
    "@types/node": manifest.devDependencies["@types/node"] ?? "20",
    ...versions,
  });
  writeFileSync(join(folder, "consumer.ts"), program);
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  const { outputText } = ts.transpileModule(program, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  writeFileSync(join(folder, "consumer.js"), outputText);
  const installed = Object.keys(versions).map((peer) => [peer, versionIn(folder, peer)] as const);
  return { name, folder, versions: Object.fromEntries(installed) };
};

/** One cell of a table: "yes", or the first line that says why not. */
const cell = ({ ok, output, but }: Ended): string => {
  if (ok) return but === undefined ? "yes" : `yes, ${but}`;
  const why = output.split("\n").find((line) => /error/i.test(line)) ?? output.split("\n")[0] ?? "";
  return `**no**: ${why.trim().slice(0, 160).replaceAll("|", "\\|")}`;
};

interface Table {
  readonly lines: ReadonlyArray<string>;
  readonly failed: number;
}

const tableOf = (
  head: string,
  projects: ReadonlyArray<Project>,
  rows: ReadonlyArray<{ readonly name: string; readonly cells: ReadonlyArray<Ended> }>,
): Table => ({
  lines: [
    `| ${[head, ...projects.map(({ name }) => `${name} peers`)].join(" | ")} |`,
    `|${"---|".repeat(projects.length + 1)}`,
    ...rows.map(({ name, cells }) => `| ${[name, ...cells.map(cell)].join(" | ")} |`),
  ],
  failed: rows.flatMap(({ cells }) => cells).filter(({ ok }) => !ok).length,
});

/** Where npm keeps the binary of a Node for this machine. */
const nodePackage = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

const runOnNodes = (dir: string, projects: ReadonlyArray<Project>, redisUrl: string): Table => {
  const rows = NODES.map((version) => {
    const folder = join(dir, `node-${version}`);
    install(folder, { [nodePackage]: version });
    const node = join(folder, "node_modules", nodePackage, "bin", process.platform === "win32" ? "node.exe" : "node");
    const name = run(node, ["--version"], { cwd: folder }).trim().slice(1);
    const cells = projects.map((project) => {
      const namespace = `matrix-${randomUUID()}`;
      const env = { PATH: process.env["PATH"], REDIS_URL: redisUrl };
      const ended = attempt(() =>
        run(node, ["--no-warnings=ExperimentalWarning", "consumer.js", namespace], { cwd: project.folder, env }),
      );
      console.error(`Node ${name}, ${project.name} peers: ${ended.ok ? "ran" : `failed\n${ended.output}`}`);
      return ended;
    });
    rmSync(folder, { recursive: true, force: true });
    return { name, cells };
  });
  return tableOf("Node", projects, rows);
};

/** The peers whose own declarations are refused, where ours are not. */
const refusedPeers = ({ versions }: Project, output: string): ReadonlyArray<string> => {
  const files = [...output.matchAll(/^(?:node_modules\/)?(\S+?)\(\d+,\d+\): error/gm)].map(([, file = ""]) => file);
  const peers = Object.keys(versions).filter((peer) => files.some((file) => file.startsWith(`${peer}/`)));
  return files.every((file) => peers.some((peer) => file.startsWith(`${peer}/`))) ? peers : [];
};

const compile = (tsc: string, project: Project): Ended => {
  const by = (...flags: ReadonlyArray<string>): Ended =>
    attempt(() => run(process.execPath, [tsc, "-p", "tsconfig.json", ...flags], { cwd: project.folder }));
  const strictly = by();
  const peers = strictly.ok ? [] : refusedPeers(project, strictly.output);
  if (peers.length === 0) return strictly;
  const blamed = peers.map((peer) => `${peer} ${project.versions[peer]}`).join(", ");
  return { ...by("--skipLibCheck"), but: `with \`skipLibCheck\`: the declarations of ${blamed} do not compile` };
};

const compileByTypeScripts = (dir: string, projects: ReadonlyArray<Project>): Table => {
  const rows = TYPESCRIPTS.map((version) => {
    const folder = join(dir, `typescript-${version}`);
    install(folder, { typescript: version });
    const name = versionIn(folder, "typescript");
    const cells = projects.map((project) => {
      const ended = compile(join(folder, "node_modules", "typescript", "bin", "tsc"), project);
      console.error(`TypeScript ${name}, ${project.name} peers: ${cell(ended)}${ended.ok ? "" : `\n${ended.output}`}`);
      return ended;
    });
    return { name, cells };
  });
  return tableOf("TypeScript", projects, rows);
};

const redisVersion = async (url: string): Promise<string> => {
  const redis = new Redis(url);
  try {
    return /redis_version:(\S+)/.exec(await redis.info("server"))?.[1] ?? "unknown";
  } finally {
    redis.disconnect();
  }
};

/** Puts the block between the marks of the page. */
const write = (block: string): void => {
  const page = inRoot("docs/guide/support.md");
  const text = readFileSync(page, "utf8");
  const [begin, end] = ["<!-- matrix:begin -->", "<!-- matrix:end -->"];
  if (!text.includes(begin) || !text.includes(end)) throw new Error(`${page} has no ${begin} with an ${end} behind it`);
  writeFileSync(
    page,
    `${text.slice(0, text.indexOf(begin) + begin.length)}\n${block}\n${text.slice(text.indexOf(end))}`,
  );
};

const main = async (): Promise<number> => {
  const given = process.env["REDIS_URL"];
  const server = given === undefined ? await startRedisServer() : { url: given, stop: () => Promise.resolve() };
  const dir = mkdtempSync(join(tmpdir(), "sluice-matrix-"));
  try {
    run("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", dir], { cwd: root });
    const tarball = join(dir, `sluice-${manifest.version}.tgz`);
    const projects = PEERS.map((peers) => makeProject(dir, tarball, peers));
    const nodes = runOnNodes(dir, projects, server.url);
    const typescripts = compileByTypeScripts(dir, projects);
    const block = [
      `Run on ${new Date().toISOString().slice(0, 10)}: sluice ${manifest.version}, Redis ${await redisVersion(server.url)}, ${process.platform} ${process.arch}.`,
      "",
      "A program that uses every entry, on memory and on Redis:",
      "",
      ...nodes.lines,
      "",
      "The same program compiled with `strict`, `exactOptionalPropertyTypes` and `skipLibCheck: false`:",
      "",
      ...typescripts.lines,
      "",
      "The peers:",
      "",
      ...projects.map(
        ({ name, versions }) =>
          `- ${name}: ${Object.entries(versions)
            .map((one) => one.join(" "))
            .join(", ")}`,
      ),
    ].join("\n");
    console.log(block);
    if (process.argv.includes("--write")) write(block);
    return nodes.failed + typescripts.failed;
  } finally {
    rmSync(dir, { recursive: true, force: true });
    await server.stop();
  }
};

process.exitCode = (await main()) === 0 ? 0 : 1;
