/** The shop's database: PGlite in this process, or a server. */
import { PGlite } from "@electric-sql/pglite";
import pg from "pg";
import type { PostgresClient, PostgresTransaction } from "sluice/postgres";

export interface Database {
  /** What the store is made of. */
  readonly client: PostgresClient;
  /** Runs this in a transaction: it commits what comes back, and rolls back what throws. */
  readonly transaction: <A>(run: (tx: PostgresTransaction) => Promise<A>) => Promise<A>;
  readonly query: (sql: string) => Promise<ReadonlyArray<unknown>>;
  /** Ends the transaction as the end of its process does: without a word. */
  readonly crash: (tx: PostgresTransaction) => Promise<never>;
  readonly close: () => Promise<void>;
}

export const openDatabase = (url: string | undefined): Promise<Database> =>
  url === undefined ? openPGlite() : Promise.resolve(openServer(url));

const openPGlite = async (): Promise<Database> => {
  const pglite = await PGlite.create();
  return {
    client: pglite,
    transaction: (run) => pglite.transaction((tx) => run(tx)),
    query: async (sql) => (await pglite.query(sql)).rows,
    crash: () => Promise.reject(new Error("the process is gone")),
    close: () => pglite.close(),
  };
};

const openServer = (url: string): Database => {
  const pool = new pg.Pool({ connectionString: url });
  // A connection that is killed is replaced; its transaction fails by itself.
  pool.on("error", () => undefined);
  const query = async (sql: string): Promise<ReadonlyArray<unknown>> => (await pool.query<object>(sql)).rows;
  return {
    client: pool,
    query,
    transaction: async (run) => {
      const client = await pool.connect();
      let lost = false;
      client.on("error", () => {
        lost = true;
      });
      try {
        await client.query("begin");
        const answer = await run(client);
        await client.query("commit");
        return answer;
      } catch (cause) {
        await client.query("rollback").catch(() => {
          lost = true;
        });
        throw cause;
      } finally {
        client.release(lost);
      }
    },
    crash: async (tx) => {
      const { rows } = await tx.query("select pg_backend_pid()::text as pid", []);
      const [{ pid }] = rows as [{ readonly pid: string }];
      await query(`select pg_terminate_backend(${Number(pid)})`);
      throw new Error("the connection is gone");
    },
    close: () => pool.end(),
  };
};
