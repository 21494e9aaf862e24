/** The driver over `pg`: a pool of the user's, or one that is opened for the store. */
import { createHash } from "node:crypto";
import type { Pool, PoolClient, PoolConfig } from "pg";
import { type Driver, firstColumn, textOfRows } from "./Driver.js";
import { KeptClients } from "./KeptClients.js";

export interface PgDriverOptions {
  /** The pool to use. It may be opened at the first call. */
  readonly pool: () => Promise<Pool>;
  /** Whether the pool is the store's own, to be ended with it. */
  readonly owned: boolean;
  /** Whether statements are prepared by name, which a pooler in front of the server may not know. */
  readonly prepare: boolean;
  /** How long a statement may take (milliseconds). After that its connection is given up. */
  readonly statementMsMax: number;
}

/** How many connections the store takes of a pool of its own: for what has an order, for hints, and two for looks. */
const POOL_SIZE = 4;

/** Opens a pool. `pg` is loaded only here, so a program that uses PGlite needs no `pg`. */
export const openPool = async (config: PoolConfig): Promise<Pool> => {
  const { default: pg } = await import("pg");
  const pool = new pg.Pool({ max: POOL_SIZE, idleTimeoutMillis: 0, keepAlive: true, ...config });
  // An idle connection that is lost is replaced by the pool. What was under way on others fails by itself.
  pool.on("error", () => undefined);
  return pool;
};

/** A server that answers with an error is still there; all other errors end the session. */
const isOfServer = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code);

/** Codes after which the server closes the connection, or is not the one to talk to any more. */
const ENDS = /^(?:57P0[1-5]|08|25006)/;

export const pgDriver = (options: PgDriverOptions): Driver => new PgDriver(options);

const endsSession = (cause: unknown): boolean =>
  !isOfServer(cause) || ENDS.test(String((cause as { readonly code?: unknown }).code));

/**
 * The connection behind a pooler has no statement of this name, or has it already: nothing was done. A pooler that knows names keeps them
 * apart itself.
 */
const isOfName = (cause: unknown): boolean =>
  isOfServer(cause) && /^(?:26000|42P05)$/.test(String((cause as { readonly code?: unknown }).code));

class PgDriver implements Driver {
  readonly single = false;
  readonly shared = undefined;
  private opened: Promise<Pool> | undefined;
  private readonly kept = new KeptClients({ pool: () => this.pool(), endsSession });
  private readonly names = new Map<string, string>();

  private prepares: boolean;

  constructor(private readonly options: PgDriverOptions) {
    this.prepares = options.prepare;
  }

  readonly run: Driver["run"] = async (session, sql, texts) => textOfRows(await this.rows(session, sql, texts));

  readonly rows: Driver["rows"] = (session, sql, texts) =>
    session === "any" ? this.onAny(sql, texts) : this.kept.use(session, (client) => this.query(client, sql, texts));

  readonly script: Driver["script"] = (sql) =>
    this.kept.use("lane", async (client) => {
      await client.query(sql);
    });

  readonly listen: Driver["listen"] = (channel, { onHint, onLost }) =>
    this.kept.use("hints", async (client) => {
      client.on("notification", (note) => {
        if (note.channel === channel) onHint(note.payload ?? "");
      });
      let told = false;
      const lost = (): void => {
        if (told) return;
        told = true;
        onLost();
      };
      client.on("error", lost);
      client.on("end", lost);
      await client.query(`listen "${channel}"`);
    });

  readonly isDirect: Driver["isDirect"] = (sql) =>
    this.kept.use("hints", async (client) => {
      // A pooler names sessions of its own making, so that it can tell them apart when one is to be cancelled.
      const { processID } = client as PoolClient & { readonly processID?: number | null };
      return textOfRows(await this.query(client, sql, [""])) === String(processID);
    });

  async close(): Promise<void> {
    await this.kept.giveBack();
    const pool = await this.opened?.catch(() => undefined);
    if (this.options.owned) await pool?.end();
  }

  private pool(): Promise<Pool> {
    this.opened ??= this.options.pool();
    return this.opened;
  }

  private async query(client: PoolClient, sql: string, texts: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
    const { statementMsMax } = this.options;
    const config = { text: sql, values: [...texts], rowMode: "array" as const, query_timeout: statementMsMax };
    const ask = async (named: object): Promise<ReadonlyArray<string>> =>
      firstColumn((await client.query<[string | null]>({ ...config, ...named })).rows);
    if (!this.prepares) return await ask({});
    try {
      return await ask({ name: this.nameOf(sql) });
    } catch (cause) {
      if (!isOfName(cause)) throw cause;
      this.prepares = false;
      return await ask({});
    }
  }

  private nameOf(sql: string): string {
    let name = this.names.get(sql);
    if (name === undefined) {
      name = `sluice_${createHash("sha1").update(sql).digest("hex").slice(0, 24)}`;
      this.names.set(sql, name);
    }
    return name;
  }

  private async onAny(sql: string, texts: ReadonlyArray<string>): Promise<ReadonlyArray<string>> {
    const client = await (await this.pool()).connect();
    let lost = false;
    const onError = (): void => {
      lost = true;
    };
    client.on("error", onError);
    try {
      return await this.query(client, sql, texts);
    } catch (cause) {
      lost ||= endsSession(cause);
      throw cause;
    } finally {
      // One that is lost may tell more errors while it ends, and an error that nobody hears would end the process.
      if (!lost) client.off("error", onError);
      client.release(lost);
    }
  }
}
