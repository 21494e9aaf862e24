/** The stores on which all above them is tested: one table, so that a test is written once. */
import { memoryStore } from "sluice/memory";
import { postgresStore } from "sluice/postgres";
import { redisStore } from "sluice/redis";
import type { Store } from "sluice/store";
import { inject } from "vitest";
import { newId } from "../../src/core/newId.js";
import { atEnd } from "../support/atEnd.js";
import { sharedPool, sharedSchemas } from "./postgres/shared.js";
import { cleanUp } from "./redis/namespace.js";

/** Each opens a store that no other test has, and removes its data when the test is over. */
const stores: Readonly<Record<string, () => Store>> = {
  memory: () => memoryStore(),
  redis: () => {
    const namespace = `face-${newId()}`;
    const url = inject("redisUrl");
    atEnd(() => cleanUp(url, namespace));
    return redisStore(url, { namespace });
  },
  postgres: () => {
    const schema = sharedSchemas.take();
    atEnd(() => sharedSchemas.giveBack(schema));
    return postgresStore(sharedPool, { schema });
  },
};

/**
 * The same without Postgres, for suites that take long and ask little more of a store than those of `eachStore` do. `npm run test:postgres`
 * runs them on Postgres too.
 */
export const mostStores = (): typeof eachStore =>
  process.env["STORES"] === "all" ? eachStore : eachStore.filter(([name]) => name !== "postgres");

/** For `describe.each`: the name of a store, and a function that opens a fresh one, which is closed after the test. */
export const eachStore: ReadonlyArray<readonly [name: string, open: () => Store]> = Object.entries(stores).map(
  ([name, make]) => [
    name,
    () => {
      const store = make();
      atEnd(() => store.close());
      return store;
    },
  ],
);
