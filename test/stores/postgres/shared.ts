/**
 * What the tests of one process share: a pool, whose sessions know the plans of all functions, and schemas that need not be made. A session
 * that is new to the functions plans them all, which takes ten times as long as most tests do. Tests that cut connections or change
 * settings have their own.
 */
import pg from "pg";
import { postgresUrl } from "../../support/postgresUrl.js";
import { Schemas } from "./schema.js";

/** Some tests play the processes of a dozen stores, each of which keeps two sessions. */
const POOL_MAX = 60;

export const sharedPool = new pg.Pool({
  // The server is started here, where no test waits for it.
  connectionString: await postgresUrl(),
  max: POOL_MAX,
  idleTimeoutMillis: 0,
  allowExitOnIdle: true,
});

export const sharedSchemas = new Schemas((sql) => sharedPool.query(sql));
