import { readFileSync } from "node:fs";
import { inRoot } from "./files.js";

export interface Manifest {
  readonly version: string;
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export const manifest: Manifest = JSON.parse(readFileSync(inRoot("package.json"), "utf8")) as Manifest;

/** The published entries: `sluice/memory` and where its declarations are. */
export const entries: ReadonlyArray<{ readonly name: string; readonly types: string }> = Object.entries(
  manifest.exports,
).flatMap(([path, target]) =>
  typeof target === "string" ? [] : [{ name: `sluice${path.slice(1)}`, types: target.types }],
);
