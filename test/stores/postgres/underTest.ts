/** A Postgres store as the conformance suite gets it. */

import type { Capabilities } from "../../../src/port/Capabilities.js";
import type { Store } from "../../../src/port/Store.js";
import type { PostgresClient } from "../../../src/stores/postgres/drivers/driverOf.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import type { PostgresStoreOptions } from "../../../src/stores/postgres/postgresStoreOptions.js";
import type { StoreUnderTest } from "../../../src/testing/conformance/ConformanceCase.js";
import type { Schemas } from "./schema.js";

export interface UnderTestOptions {
  readonly client: PostgresClient;
  readonly schemas: Schemas;
  readonly options?: PostgresStoreOptions;
}

export const capabilities: Capabilities = {
  durable: true,
  shared: true,
  virtualTime: false,
  hints: true,
  settlesWhenFull: false,
  exactBytes: true,
};

/** A store of one case, whose clock the suite moves: by the server's clock, cases about a few milliseconds fail on a busy machine. */
export const underTest = ({ client, schemas, options }: UnderTestOptions): StoreUnderTest => {
  const schema = schemas.take();
  let nowMs = Date.now();
  const open = (): Store => postgresStore(client, { ...options, schema, nowMs: () => nowMs });
  const moveClock = (ms: number): void => {
    nowMs += ms;
  };
  return { store: open(), another: open, moveClock, dispose: () => schemas.giveBack(schema) };
};
