/** `sluice/postgres`: the store in Postgres, or in PGlite. */
export type { PgOptions, PgPool, PostgresClient } from "../stores/postgres/drivers/driverOf.js";
export type { PGliteInstance } from "../stores/postgres/drivers/pglite.js";
export { migrationSql } from "../stores/postgres/migrations/migrate.js";
export { postgresStore } from "../stores/postgres/postgresStore.js";
export type { PostgresStoreOptions } from "../stores/postgres/postgresStoreOptions.js";
export type { PostgresStore, PostgresTransaction, Within } from "../stores/postgres/within/Within.js";
