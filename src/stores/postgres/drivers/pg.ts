/** The driver over `pg`: a pool of the user's, or one that is opened for the store. */
import { createHash } from "node:crypto";
import type { Pool, PoolClient, PoolConfig } from "pg";
import type { Driver, Session } from "./Driver.js";

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

export const pgDriver = ({ pool: open, owned, prepare, statementMsMax }: PgDriverOptions): Driver => {
  let opened: Promise<Pool> | undefined;
  const kept = new Map<Session, Promise<PoolClient>>();
  const names = new Map<string, string>();

  const nameOf = (sql: string): string => {
    let name = names.get(sql);
    if (name === undefined) {
      name = `sluice_${createHash("sha1").update(sql).digest("hex").slice(0, 24)}`;
      names.set(sql, name);
    }
    return name;
  };

  const giveUp = (session: Session, client: Promise<PoolClient>): void => {
    // Its own error and that of a statement under way both come here, and the store may have closed: it is released once.
    if (kept.get(session) !== client) return;
    kept.delete(session);
    client.then(
      (lost) => lost.release(true),
      () => undefined,
    );
  };

  const clientOf = (session: Session): Promise<PoolClient> => {
    const known = kept.get(session);
    if (known !== undefined) return known;
    opened ??= open();
    const client = opened.then(async (pool) => {
      const fresh = await pool.connect();
      fresh.on("error", () => giveUp(session, client));
      return fresh;
    });
    kept.set(session, client);
    client.catch(() => {
      if (kept.get(session) === client) kept.delete(session);
    });
    return client;
  };

  const query = async (client: PoolClient, sql: string, texts: ReadonlyArray<string>): Promise<string> => {
    const config = { text: sql, values: [...texts], rowMode: "array" as const, query_timeout: statementMsMax };
    const { rows } = await client.query<[string | null]>(prepare ? { ...config, name: nameOf(sql) } : config);
    return rows[0]?.[0] ?? "";
  };

  const onAny = async (sql: string, texts: ReadonlyArray<string>): Promise<string> => {
    opened ??= open();
    const client = await (await opened).connect();
    let lost = false;
    const onError = (): void => {
      lost = true;
    };
    client.on("error", onError);
    try {
      return await query(client, sql, texts);
    } catch (cause) {
      lost ||= !isOfServer(cause) || ENDS.test(String((cause as { code?: unknown }).code));
      throw cause;
    } finally {
      client.off("error", onError);
      client.release(lost);
    }
  };

  const onKept = async <A>(session: Session, use: (client: PoolClient) => Promise<A>): Promise<A> => {
    const client = clientOf(session);
    try {
      return await use(await client);
    } catch (cause) {
      if (!isOfServer(cause) || ENDS.test(String((cause as { code?: unknown }).code))) giveUp(session, client);
      throw cause;
    }
  };

  return {
    run: (session, sql, texts) =>
      session === "any" ? onAny(sql, texts) : onKept(session, (client) => query(client, sql, texts)),
    script: (sql) =>
      onKept("lane", async (client) => {
        await client.query(sql);
      }),
    listen: (channel, { onHint, onLost }) =>
      onKept("hints", async (client) => {
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
      }),
    single: false,
    shared: undefined,
    close: async () => {
      const clients = [...kept.values()];
      kept.clear();
      for (const client of clients) await client.then((one) => one.release(true)).catch(() => undefined);
      const pool = await opened?.catch(() => undefined);
      if (owned) await pool?.end();
    },
  };
};
