/** Writes within a transaction of the user's: they commit with its rows, or not at all. */
import type { InvalidConfig, SluiceError } from "../../../core/SluiceError.js";
import type { Write } from "../../../core/Write.js";
import type { Store } from "../../../port/Store.js";

/**
 * A client whose transaction has begun: one of `pg` behind its `begin`, or what `transaction` of PGlite gives. Any object will do that runs a
 * statement with parameters in that transaction and answers its rows by the names of their columns.
 */
export interface PostgresTransaction {
  readonly query: (sql: string, texts: Array<string>) => Promise<{ readonly rows: ReadonlyArray<unknown> }>;
}

/** Makes a Write of the store a part of one transaction: awaited or subscribed to, it writes over the client of that. */
export type Within = <A, E extends SluiceError>(write: Write<A, E>) => Write<A, E | InvalidConfig>;

/** A store in Postgres, or in PGlite. */
export interface PostgresStore extends Store {
  /**
   * Writes within a transaction of yours, so that messages, records, events and settlements commit with your rows: an outbox that needs no
   * table and nobody who empties it. It takes any Write upon this store (`enqueue`, `put`, `append`, `emit` of a hub, `m.ack`, what
   * `atomically` joins) and answers that Write for the transaction.
   *
   * The client belongs to you: nothing is begun, committed or rolled back, and no connection is opened but for the migration, where
   * `store.ready()` has not been awaited before. The answers are final once you commit. Consumers and feeds see nothing before, and are told of it
   * by the commit. After a rollback nothing remains.
   *
   * Acks: a message that is acked so is done for its consumer, which renews its lease no more. After a rollback it comes again when its lease
   * ends; where the work fails then, a retry or another outcome is taken at once. A repeated transaction acks it anew. `LeaseLost` says that
   * another consumer has the message: roll back.
   *
   * Keep the transaction short, and write in it as late as you can. Until it ends, writes with the same key (and one of 128 others), stream
   * or record wait, with all that their process writes, and feeds give nothing that was appended behind its first append. Await no write of the store itself between begin and commit, and in a transaction of PGlite nothing of the store. Two
   * transactions that write keys in different orders may end each other: join such writes by `atomically`.
   *
   * Errors: those of the Write. A refusal (`RecordConflict`, `LeaseLost` …) leaves the transaction as it was; any other failure ends it, so
   * roll back and repeat it as a whole. `InvalidConfig` where the client is none, is a pool or PGlite itself, or is in no transaction, in one that
   * has failed, is read only, or is not "read committed"; and where the Write is one of another store. `StoreClosed` once the store is closed.
   *
   * Delivery: a commit whose answer is lost may have happened, as for any transaction.
   *
   * @param client your client, in its transaction
   *
   * @example
   * ```ts
   * // needs: postgres
   * import * as t from "io-ts";
   * import pg from "pg";
   * import { queue } from "sluice";
   * import { postgresStore } from "sluice/postgres";
   *
   * const pool = new pg.Pool({ connectionString: postgresUrl });
   * const store = postgresStore(pool, { schema: "shop" });
   * const orders = queue(store, { name: "orders", codec: t.string });
   * await store.ready();
   *
   * const client = await pool.connect();
   * try {
   *   await client.query("begin");
   *   await client.query("create table if not exists orders (id text)");
   *   await client.query("insert into orders values ('o-1')");
   *   await store.within(client)(orders.enqueue("o-1"));
   *   await client.query("commit");
   * } catch (cause) {
   *   await client.query("rollback");
   *   throw cause;
   * } finally {
   *   client.release();
   * }
   * await store.close();
   * await pool.end();
   * ```
   */
  readonly within: (client: PostgresTransaction) => Within;
}
