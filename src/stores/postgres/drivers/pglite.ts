/** The driver over an instance of PGlite, which is one session: everything runs in it, one after the other. */
import { realpath } from "node:fs/promises";
import { invalidConfig } from "../../../core/SluiceError.js";
import { type Driver, firstColumn, textOfRows } from "./Driver.js";
import { FolderLock } from "./FolderLock.js";

/** An instance of PGlite, as far as the store uses it: its own types need those of browsers. */
export interface PGliteInstance {
  readonly query: (
    sql: string,
    texts?: Array<unknown>,
    options?: { readonly rowMode?: "array" },
  ) => Promise<{ readonly rows: ReadonlyArray<unknown> }>;
  readonly exec: (sql: string) => Promise<unknown>;
  readonly listen: (channel: string, onHint: (payload: string) => void) => Promise<unknown>;
  /** Where it keeps its files; what is no folder is not locked. */
  readonly dataDir?: string | undefined;
  /** Resolves once it has opened its folder. */
  readonly waitReady?: PromiseLike<unknown>;
}

export const pgliteDriver = (pglite: PGliteInstance): Driver => new PGliteDriver(pglite);

class PGliteDriver implements Driver {
  readonly single = true;
  readonly shared: PGliteInstance;
  private held: Promise<Held | undefined> | undefined;

  constructor(private readonly pglite: PGliteInstance) {
    this.shared = pglite;
  }

  readonly run: Driver["run"] = async (session, sql, texts) => textOfRows(await this.rows(session, sql, texts));

  readonly rows: Driver["rows"] = async (_, sql, texts) => {
    await this.hold();
    const { rows } = await this.pglite.query(sql, [...texts], { rowMode: "array" });
    // With this mode rows are arrays, here of one text.
    return firstColumn(rows as ReadonlyArray<ReadonlyArray<string | null>>);
  };

  readonly script: Driver["script"] = async (sql) => {
    await this.hold();
    await this.pglite.exec(sql);
  };

  readonly listen: Driver["listen"] = () => Promise.resolve();

  readonly isDirect: Driver["isDirect"] = () => Promise.resolve(true);

  /** The instance is the user's, who closes it. */
  async close(): Promise<void> {
    const held = await this.held?.catch(() => undefined);
    if (held !== undefined) await letGo(held);
  }

  /** Takes the folder, before the first statement. Where that fails the next one tries it again. */
  private hold(): Promise<unknown> {
    if (this.held === undefined) {
      const held = holding(this.pglite);
      this.held = held;
      held.catch(() => {
        if (this.held === held) this.held = undefined;
      });
    }
    return this.held;
  }
}

/** A folder that this process has, and how many stores use it. */
interface Held {
  readonly folder: string;
  readonly pglite: PGliteInstance;
  readonly lock: Promise<FolderLock>;
  stores: number;
}

/** The folders of this process: any number of stores on one instance is fine, but a second instance on one folder is not. */
const folders = new Map<string, Held>();
/** Those that are just being let go. */
const leaving = new Map<string, Promise<void>>();

const holding = async (pglite: PGliteInstance): Promise<Held | undefined> => {
  await pglite.waitReady;
  const folder = await folderOf(pglite);
  if (folder === undefined) return undefined;
  await leaving.get(folder);
  let held = folders.get(folder);
  if (held !== undefined && held.pglite !== pglite) throw twice(folder);
  held ??= { folder, pglite, lock: FolderLock.take(folder), stores: 0 };
  folders.set(folder, held);
  held.stores += 1;
  try {
    await held.lock;
  } catch (cause) {
    if (--held.stores === 0) folders.delete(folder);
    throw cause;
  }
  return held;
};

const letGo = async (held: Held): Promise<void> => {
  if (--held.stores > 0) return;
  const { folder, lock } = held;
  const releasing = lock.then((own) => own.release()).finally(() => leaving.delete(folder));
  folders.delete(folder);
  leaving.set(folder, releasing);
  await releasing;
};

/** The folder on the disk, if it is one: PGlite also keeps files in memory and in a browser. */
const folderOf = async ({ dataDir = "" }: PGliteInstance): Promise<string | undefined> => {
  const path = dataDir.startsWith("file://") ? dataDir.slice("file://".length) : dataDir;
  if (path === "" || /^[a-z-]+:\/\//.test(path)) return undefined;
  try {
    return await realpath(path);
  } catch (cause) {
    // A file system of the user's own, which is no folder of this machine.
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
};

const twice = (folder: string) =>
  invalidConfig(
    "client",
    `The folder ${folder} is open in another instance of PGlite in this process, and two would spoil it. Give all stores on this folder the same instance.`,
  );
