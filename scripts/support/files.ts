import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of package.json. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** Files below `folder` whose name ends in `ending`, relative to `folder`, with forward slashes, sorted. None if there is no such folder. */
export const filesBelow = (folder: string, ending: string): ReadonlyArray<string> =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(ending))
        .map((path) => path.split(sep).join("/"))
        .sort()
    : [];

/** Files in `folder` itself. */
export const filesIn = (folder: string, ending: string): ReadonlyArray<string> =>
  filesBelow(folder, ending).filter((path) => !path.includes("/"));

export const inRoot = (...path: ReadonlyArray<string>): string => join(root, ...path);
