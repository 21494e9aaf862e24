/** The store in Postgres: as durable as its server, shared by processes; or in PGlite, embedded in the process. */
import { showing } from "../../core/inspecting.js";
import { DatabaseStore } from "./DatabaseStore.js";
import { driverOf, type PostgresClient } from "./drivers/driverOf.js";
import { type PostgresStoreOptions, resolvePostgresStoreOptions } from "./postgresStoreOptions.js";
import type { PostgresStore } from "./within/Within.js";

/**
 * A store in Postgres 13 or later: durable as its server, shared by all processes that use the same schema. Or in PGlite, which is Postgres
 * embedded in the process: durable as its folder, for this process alone. A lock file in the folder (`sluice.lock`), from the first call until the
 * store is closed, keeps stores of other processes and of other instances away; stores on one instance share it. It cannot keep PGlite itself from
 * opening a folder that is in use, so do not open it twice.
 *
 * A URL is all that most programs need. Of a pool of the user's the store keeps two connections, one for all that has an order and one for
 * hints while a consumer waits, and looks go over a third; it needs room for three. `pg` is loaded only where a URL or options are given. An
 * instance of PGlite is used as it is. What was given is not closed with the store.
 *
 * Errors: throws `InvalidConfig` for options out of range, for a URL that cannot be read (its password is never shown) and for a pool that is too
 * small. Calls fail with `InvalidConfig` where the server does not let the client in, where its user lacks a right, where the folder of a PGlite is
 * in use already, where the database is not
 * UTF8 or its transactions are not "read committed", and where the schema needs a newer program. Calls ride out a lost connection, a
 * restart and a deadlock for `commandMsMax`, then fail with `StoreUnavailable`. A full disk is `StoreFull`, for settlements too. No
 * error or event has payloads or passwords.
 *
 * Delivery: at least once. A confirmed write survives a crash of the server, unless its `fsync` or `synchronous_commit` is off. PGlite does
 * not sync to the disk: a write survives the end of the process, also by kill -9, but not a power cut or a crash of the machine. A failover to an
 * asynchronous standby may lose a confirmed write; then feeds fail with `LogWentBack`. A standby serves nobody before it is promoted: calls
 * wait for a primary. Where thousands of leased messages stand before it, a message that another process gives back may be seen 100 ms late.
 *
 * Memory: in the process, the calls that wait to be sent or answered. In the server, about 550 bytes a message besides its payload.
 *
 * @param client a URL (`postgres://user:password@host:5432/database`), a pool of `pg` or its options, or an instance of PGlite
 *
 * @example
 * ```ts
 * // needs: postgres
 * import * as t from "io-ts";
 * import { queue } from "sluice";
 * import { postgresStore } from "sluice/postgres";
 *
 * const store = postgresStore(postgresUrl, { schema: "shop" });
 * const greetings = queue(store, { name: "greetings", codec: t.string });
 * await greetings.enqueue("hello");
 * const [message] = await greetings.receive({ max: 1 });
 * await message?.ack;
 * await store.close();
 * ```
 */
export const postgresStore = (client: PostgresClient, options: PostgresStoreOptions = {}): PostgresStore => {
  const resolved = resolvePostgresStoreOptions(options);
  const { prepare, commandMsMax } = resolved;
  const driver = driverOf(client, { prepare, statementMsMax: commandMsMax });
  return showing(new DatabaseStore(driver, resolved), "PostgresStore", { schema: resolved.schema });
};
