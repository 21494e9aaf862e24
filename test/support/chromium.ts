/** A real Chromium for tests of pages: the one that CHROMIUM names, else the first of these on PATH. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];

export const chromiumMissing =
  "No Chromium on PATH. Run `sh scripts/ensure-chromium.sh`, which installs it, or install the package chromium " +
  "(Debian: apt-get install chromium; Fedora: dnf install chromium), or set CHROMIUM to the path of a Chromium or Chrome.";

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not ours to run
  }
};

/** Where it is; throws where it is nowhere, and says what to do. */
export const findChromium = (env: NodeJS.ProcessEnv = process.env): string => {
  const { CHROMIUM: given = "", PATH: path = "" } = env;
  const candidates =
    given === ""
      ? path
          .split(delimiter)
          .filter((folder) => folder !== "")
          .flatMap((folder) => names.map((name) => join(folder, name)))
      : [given];
  const found = candidates.find(isProgram);
  if (found === undefined) throw new Error(chromiumMissing);
  return found;
};

const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"].concat([
  "--disable-component-update",
  "--disable-sync",
]);

/** Without its sandbox where this is root, under whom Chromium has none. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: findChromium(), args: quiet, chromiumSandbox: process.getuid?.() !== 0 });
