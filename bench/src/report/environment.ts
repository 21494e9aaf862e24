import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, platform } from "node:os";

export interface Environment {
  readonly date: string;
  readonly node: string;
  readonly redis: string;
  readonly platform: string;
  readonly cpus: number;
  readonly cpuModel: string;
  readonly rounds: number;
  readonly quick: boolean;
  readonly versions: Readonly<Record<string, string>>;
}

const require = createRequire(import.meta.url);

const versionAt = (path: string): string => {
  const { version } = JSON.parse(readFileSync(path, "utf8")) as { readonly version: string };
  return version;
};

const LIBRARIES = ["bullmq", "bee-queue", "ioredis", "rxjs", "fp-ts", "io-ts"];

/** They do not let their package.json be resolved. */
const EMMETT = new URL("../../node_modules/@event-driven-io/emmett/package.json", import.meta.url);
const ACT = new URL("../../node_modules/@rotorsoft/act/package.json", import.meta.url);
const ON_POSTGRES = ["graphile-worker", "pg-boss", "pg", "@event-driven-io/emmett-postgresql"];
const installed = (name: string): string =>
  versionAt(new URL(`../../node_modules/${name}/package.json`, import.meta.url).pathname);

export const environmentOf = (about: Pick<Environment, "redis" | "rounds" | "quick">): Environment => ({
  date: new Date().toISOString(),
  node: process.versions.node,
  platform: `${platform()} ${process.arch}`,
  cpus: cpus().length,
  cpuModel: cpus()[0]?.model.trim() ?? "unknown",
  ...about,
  versions: {
    sluice: versionAt(new URL("../../../package.json", import.meta.url).pathname),
    ...Object.fromEntries(LIBRARIES.map((name) => [name, versionAt(require.resolve(`${name}/package.json`))])),
    emmett: versionAt(EMMETT.pathname),
    act: versionAt(ACT.pathname),
    ...Object.fromEntries(ON_POSTGRES.map((name) => [name, installed(name)])),
    pglite: versionAt(new URL("../../../node_modules/@electric-sql/pglite/package.json", import.meta.url).pathname),
  },
});
