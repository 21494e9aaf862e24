/** Stores of one test on the server of this run, in a schema of its own that is dropped when the test is over. */
import pg from "pg";
import { newMessageId } from "../../../src/core/MessageId.js";
import { newId } from "../../../src/core/newId.js";
import type { Outcome } from "../../../src/core/Outcome.js";
import type { Step } from "../../../src/core/steps/Step.js";
import type { Lease } from "../../../src/port/Lease.js";
import type { Store } from "../../../src/port/Store.js";
import type { PostgresClient } from "../../../src/stores/postgres/drivers/driverOf.js";
import { postgresStore } from "../../../src/stores/postgres/postgresStore.js";
import type { PostgresStoreOptions } from "../../../src/stores/postgres/postgresStoreOptions.js";
import type { PostgresStore } from "../../../src/stores/postgres/within/Within.js";
import { type Draft, enqueueStep, settleStep } from "../../../src/testing/conformance/queue/steps.js";
import { atEnd } from "../../support/atEnd.js";
import { postgresUrl } from "../../support/postgresUrl.js";
import { dropSchema, newSchema } from "./schema.js";

export { atEnd };

/** A schema that is dropped when the test is over. */
export const aSchema = async (): Promise<string> => {
  const schema = newSchema();
  const url = await postgresUrl();
  atEnd(() => dropSchema(url, schema));
  return schema;
};

/** A store that is closed when the test is over. */
export const opened = async (
  schema: string,
  options: PostgresStoreOptions = {},
  client?: PostgresClient,
): Promise<PostgresStore> => {
  const store = postgresStore(client ?? (await postgresUrl()), { schema, ...options });
  atEnd(() => store.close());
  return store;
};

/** A client of its own, for what a store does not do. */
export const aClient = async (url?: string): Promise<pg.Client> => {
  const client = new pg.Client(url ?? (await postgresUrl()));
  client.on("error", () => undefined);
  await client.connect();
  atEnd(() => client.end().catch(() => undefined));
  return client;
};

/** Enqueues these payloads in one list. */
export const enqueue = async (
  store: Store,
  queue: string,
  payloads: ReadonlyArray<string>,
  draft: Draft = {},
): Promise<void> => {
  await store.write(
    [payloads.map((payload) => enqueueStep(queue, payload, { ...draft, id: newMessageId() }))],
    newId(),
  );
};

/** Settles these leases alike, a list each. */
export const settle = async (store: Store, queue: string, leases: ReadonlyArray<Lease>, outcome: Outcome) => {
  const lists: Array<ReadonlyArray<Step>> = leases.map((lease) => [settleStep(lease, outcome, { queue })]);
  return await store.write(lists, newId());
};
