/** Refuses what is no client in a transaction, as far as that can be seen without a statement. */
import { type InvalidConfig, invalidConfig } from "../../../core/SluiceError.js";
import type { PostgresTransaction } from "./Within.js";

const WHAT = "the client of pg that has begun your transaction, or what transaction of PGlite gives";

const refused = (sentence: string): InvalidConfig => invalidConfig("client", sentence);

/** Throws `InvalidConfig` where it is no client. */
export const checkClient = (client: PostgresTransaction): void => {
  const given: unknown = client;
  if (typeof given !== "object" || given === null || typeof (given as { query?: unknown }).query !== "function")
    throw refused(`within takes ${WHAT}: an object with a method query.`);
  const { totalCount, transaction } = given as Readonly<Record<string, unknown>>;
  if (totalCount !== undefined)
    throw refused(`A pool runs each statement in another session; give within the client that connect gave you.`);
  if (typeof transaction === "function")
    throw refused(`The instance of PGlite is in no transaction; give within what its transaction gives your function.`);
};
