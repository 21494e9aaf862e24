/**
 * Keeps a folder for one process: a file in it says who has it. PGlite has no such lock, and two processes in one folder would spoil it.
 *
 * A process that is killed leaves its file behind, so the next one looks whether its owner still lives. On Linux that is certain: a process is
 * known by its number and by when it began, so that another one which got the same number is not taken for it, and its machine by
 * the time at which it booted. Elsewhere, and of an owner in another container, nobody knows. So each owner gives a sign every second, the
 * time of the file, and whoever comes watches the file for some seconds.
 */
import { readFile, readlink, realpath, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Subscription } from "rxjs";
import { systemScheduler, timeOfDay, unhurried } from "../../../core/Clock.js";
import { newId } from "../../../core/newId.js";
import { invalidConfig } from "../../../core/SluiceError.js";

const FILE = "sluice.lock";
/** How often an owner gives a sign. */
const SIGN_MS = 1_000;
/** How long somebody watches for one before the owner counts as gone. */
const WATCH_MS = 5_000;
/** How often two that come at once to a folder whose owner is gone look again. */
const TRIES_MAX = 100;
const TRY_MS = 50;

/** Who has a folder, as its file says. */
interface Owner {
  readonly id: string;
  readonly pid: number;
  /** The machine, and when the process began; "" where the system does not say. */
  readonly machine: string;
  readonly began: string;
  /** The folder itself: a copy of it has the file too, and is nobody's. */
  readonly folder: string;
}

/** The folder is one, by whatever path. */
const identityOf = async (folder: string): Promise<string> => {
  const { dev, ino } = await stat(folder);
  return `${dev}:${ino}`;
};

/** Reads what may not be there. */
const maybe = async <A>(reading: Promise<A>): Promise<A | undefined> => {
  try {
    return await reading;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH" || code === "EINVAL") return undefined;
    throw cause;
  }
};

/** This boot of this machine, and the space in which it counts processes. */
const machineOf = async (): Promise<string> => {
  const boot = await maybe(readFile("/proc/sys/kernel/random/boot_id", "utf8"));
  const space = await maybe(readlink("/proc/self/ns/pid"));
  return boot === undefined || space === undefined ? "" : `${boot.trim()} ${space}`;
};

/** When a process began, in ticks since the boot; "" where there is none. */
const beganOf = async (pid: number): Promise<string> => {
  const line = await maybe(readFile(`/proc/${pid}/stat`, "utf8"));
  // The name of the program, in brackets, may hold blanks and brackets itself.
  return line?.slice(line.lastIndexOf(")") + 2).split(" ")[19] ?? "";
};

const ownerIn = (text: string): Owner | undefined => {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    // Whoever wrote it was killed over it.
    return undefined;
  }
};

export class FolderLock {
  private readonly signs = new Subscription();

  private constructor(
    private readonly file: string,
    private readonly own: Owner,
  ) {}

  /** Takes the folder, or fails with `InvalidConfig` where another process has it. */
  static async take(folder: string): Promise<FolderLock> {
    const own: Owner = {
      id: newId(),
      pid: process.pid,
      machine: await machineOf(),
      began: await beganOf(process.pid),
      folder: await identityOf(folder),
    };
    const lock = new FolderLock(join(await realpath(folder), FILE), own);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (await lock.create(lock.file)) return lock.keep();
      if (await lock.succeed()) return lock.keep();
      await sleep(TRY_MS);
    }
    throw invalidConfig(
      "client",
      `The lock file ${lock.file} changes all the time; see which processes use this folder.`,
    );
  }

  async release(): Promise<void> {
    this.signs.unsubscribe();
    if (await this.isOurs()) await rm(this.file, { force: true });
  }

  private keep(): this {
    const sign = (): void => {
      if (this.signs.closed) return;
      const next = unhurried(systemScheduler).schedule(() => {
        this.signs.remove(next);
        // Where the folder was removed nobody needs a sign; an error of the disk is met by the statements themselves.
        this.sign().then(sign, sign);
      }, SIGN_MS);
      this.signs.add(next);
    };
    sign();
    return this;
  }

  private async sign(): Promise<void> {
    const now = new Date(timeOfDay());
    if (await this.isOurs()) await maybe(utimes(this.file, now, now));
  }

  /** One that was stopped for long may have been taken for gone. */
  private async isOurs(): Promise<boolean> {
    return (await this.read())?.id === this.own.id;
  }

  private async read(): Promise<Owner | undefined> {
    const text = await maybe(readFile(this.file, "utf8"));
    return text === undefined ? undefined : ownerIn(text);
  }

  /** Makes the file, where there is none. */
  private async create(file: string): Promise<boolean> {
    try {
      await writeFile(file, JSON.stringify(this.own), { flag: "wx" });
      return true;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw cause;
    }
  }

  /** Takes the place of an owner that is gone. Of several who try that at once one makes the file which is named by it. */
  private async succeed(): Promise<boolean> {
    const former = await this.read();
    if (await this.lives(former)) throw this.taken(former?.pid);
    const successor = `${this.file}.after-${former?.id ?? "none"}`;
    if (!(await this.create(successor))) {
      // It too may have been killed over it.
      if ((await this.watch(successor)) === "nothing") await rm(successor, { force: true });
      return false;
    }
    // Another one may have taken its place and be done with it.
    const isSame = (await this.read())?.id === former?.id;
    if (isSame) await rename(successor, this.file);
    else await rm(successor, { force: true });
    return isSame;
  }

  private async lives(owner: Owner | undefined): Promise<boolean> {
    const { machine, folder } = this.own;
    if (owner !== undefined && owner.folder !== folder) return false;
    if (owner !== undefined && machine !== "" && owner.machine === machine)
      return owner.began !== "" && (await beganOf(owner.pid)) === owner.began;
    return (await this.watch(this.file)) === "sign";
  }

  /** What becomes of a file meanwhile. */
  private async watch(file: string): Promise<"sign" | "gone" | "nothing"> {
    const before = await maybe(stat(file));
    for (let watchedMs = 0; watchedMs < WATCH_MS; watchedMs += SIGN_MS / 2) {
      const now = await maybe(stat(file));
      if (now === undefined) return "gone";
      if (now.mtimeMs !== before?.mtimeMs) return "sign";
      await sleep(SIGN_MS / 2);
    }
    return "nothing";
  }

  private taken(pid: number | undefined) {
    return invalidConfig(
      "client",
      `The folder of this PGlite is in use by another process${pid === undefined ? "" : ` (${pid})`}. PGlite is for one process alone, and two would spoil the folder: end that process, or give this one a folder of its own. Its lock file is ${this.file}.`,
    );
  }
}
