/** A folder of PGlite: for one process alone, which is enforced by a lock file; and what is in it after a kill -9. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import * as t from "io-ts";
import { queue, type Store } from "sluice";
import { postgresStore } from "sluice/postgres";
import { describe, expect, it, vi } from "vitest";
import { FolderLock } from "../../../src/stores/postgres/drivers/FolderLock.js";
import { atEnd } from "./opened.js";

// To begin takes an instance some seconds on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const aFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "sluice-pglite-"));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
};
const aPGlite = async (folder: string): Promise<PGlite> => {
  const pglite = await PGlite.create(folder);
  atEnd(() => pglite.close());
  return pglite;
};
const aStore = (pglite: Parameters<typeof postgresStore>[0]): Store => {
  const store = postgresStore(pglite);
  atEnd(() => store.close());
  return store;
};
const refused = { _tag: "InvalidConfig", option: "client" };

/** The producer of `pgliteProcess.ts`, and the numbers that it had confirmed. */
const aProducer = (folder: string): { readonly child: ChildProcess; readonly confirmed: Array<number> } => {
  const script = fileURLToPath(new URL("../../faults/pgliteProcess.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  atEnd(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  const confirmed: Array<number> = [];
  createInterface({ input: child.stdout }).on("line", (line) => confirmed.push(Number(line.split(" ")[1])));
  return { child, confirmed };
};

describe("a folder of PGlite", () => {
  it("has all that was confirmed after a kill -9, and is refused while its process lives", async () => {
    const folder = await aFolder();
    const { child, confirmed } = aProducer(folder);
    await expect.poll(() => confirmed.length, { timeout: 90_000 }).toBeGreaterThan(20);
    await expect(FolderLock.take(folder)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(String(child.pid)) as string,
    });
    const before = confirmed.length;
    await expect.poll(() => confirmed.length, { timeout: 30_000 }).toBeGreaterThan(before + 20);
    child.kill("SIGKILL");
    await once(child, "exit");

    const store = aStore(await aPGlite(folder));
    const numbers = queue(store, { name: "numbers", codec: t.number });
    const seen: Array<number> = [];
    for (;;) {
      const messages = await numbers.receive({ max: 1_000 });
      if (messages.length === 0) break;
      for (const message of messages) {
        seen.push(message.data);
        await message.ack;
      }
    }
    // One more may have been written whose confirmation was not told any more.
    expect(seen.slice(0, confirmed.length)).toEqual(confirmed);
    expect(seen.length - confirmed.length).toBeLessThanOrEqual(1);
  });

  it("may have many stores on one instance, none on a second one, and is free once they are closed", async () => {
    const folder = await aFolder();
    const one = await aPGlite(folder);
    // It is refused before it is asked for anything.
    const never = (): Promise<never> => Promise.reject(new Error("it was used"));
    const two = { query: never, exec: never, listen: never, dataDir: `file://${folder}` };
    const [a, b] = [aStore(one), aStore(one)];
    await Promise.all([a.ready(), b.ready()]);
    await expect(Promise.resolve(aStore(two).ready())).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining("another instance") as string,
    });
    const file = join(folder, "sluice.lock");
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ pid: process.pid });
    await a.close();
    expect(existsSync(file)).toBe(true);
    await expect(Promise.resolve(aStore(two).ready())).rejects.toMatchObject(refused);
    await b.close();
    expect(existsSync(file)).toBe(false);
    const again = aStore(one);
    await again.ready();
    expect(existsSync(file)).toBe(true);
  });
});

describe("a lock file", () => {
  /** A folder with the file of an owner that differs in these fields from this process. */
  const leftBy = async (other: object): Promise<string> => {
    const folder = await aFolder();
    const lock = await FolderLock.take(folder);
    const file = join(folder, "sluice.lock");
    const own = JSON.parse(await readFile(file, "utf8")) as object;
    await lock.release();
    await writeFile(file, JSON.stringify({ ...own, id: "other", ...other }));
    return folder;
  };
  const take = async (folder: string): Promise<void> => {
    const lock = await FolderLock.take(folder);
    await lock.release();
    expect(existsSync(join(folder, "sluice.lock"))).toBe(false);
  };

  it.runIf(process.platform === "linux")("of a process that has ended is taken over at once", async () => {
    const startMs = performance.now();
    await take(await leftBy({ pid: 2 ** 22 + 1 }));
    // Its number is that of another process now: this one.
    await take(await leftBy({ began: "1" }));
    // The folder was copied, with the file in it.
    await take(await leftBy({ folder: "0:0" }));
    expect(performance.now() - startMs).toBeLessThan(4_000);
    await expect(FolderLock.take(await leftBy({}))).rejects.toMatchObject(refused);
  });

  it("of an owner that cannot be looked up is taken over once that gives no sign", async () => {
    const [silent, alive, broken] = [await leftBy({ machine: "x" }), await leftBy({ machine: "x" }), await aFolder()];
    await writeFile(join(broken, "sluice.lock"), "{");
    let ms = Date.now();
    const signs = setInterval(() => {
      ms += 1_000;
      utimes(join(alive, "sluice.lock"), ms / 1_000, ms / 1_000).catch(() => undefined);
    }, 1_000);
    try {
      await Promise.all([take(silent), take(broken), expect(FolderLock.take(alive)).rejects.toMatchObject(refused)]);
    } finally {
      clearInterval(signs);
    }
  });

  it("goes to one of many who come at once", async () => {
    const folder = await leftBy({ began: "1" });
    const taken = await Promise.allSettled(Array.from({ length: 8 }, () => FolderLock.take(folder)));
    const won = taken.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    expect(won.length).toBe(process.platform === "linux" ? 1 : won.length);
    for (const one of taken) if (one.status === "rejected") expect(one.reason).toMatchObject(refused);
    for (const lock of won) await lock.release();
  });

  it("is kept by signs", async () => {
    const folder = await aFolder();
    const lock = await FolderLock.take(folder);
    const file = join(folder, "sluice.lock");
    await utimes(file, 1, 1);
    const signOf = async (): Promise<boolean> => stat(file).then(({ mtimeMs }) => mtimeMs > 1_000);
    await expect.poll(signOf, { timeout: 10_000 }).toBe(true);
    await lock.release();
  });
});
