/** Looks at the server before the first call: what the store cannot do without is refused by a sentence. */
import { invalidConfig } from "../../../core/SluiceError.js";
import type { Driver } from "../drivers/Driver.js";
import { FIELD } from "./text.js";

/** What the store knows of its server. */
export interface Server {
  /** The channel of hints. */
  readonly channel: string;
  /** Whether its user may vacuum the tables. */
  readonly mayVacuum: boolean;
}

/** Refuses a server whose settings the store cannot work with. */
export const checkServer = async (driver: Driver, schema: string): Promise<Server> => {
  const [channel = "", isolation, encoding, recovering, vacuums] = (
    await driver.run("lane", `select "${schema}".connect_1($1)`, [""])
  ).split(FIELD);
  if (encoding !== "UTF8")
    throw invalidConfig(
      "client",
      `The database has the encoding ${encoding}, and texts of any language must fit; give a database with the encoding UTF8.`,
    );
  if (isolation !== "read committed")
    throw invalidConfig(
      "client",
      `Transactions of this client are ${isolation}, and the store must see what others did while it waited for a lock; set default_transaction_isolation to "read committed" for its user.`,
    );
  if (recovering === "1")
    throw Object.assign(new Error("the server is a standby and takes no changes"), { code: "25006" });
  return { channel, mayVacuum: vacuums === "1" };
};

/** What to say of a user who may not vacuum. */
export const MAY_NOT_VACUUM =
  "The user of the store may not vacuum its tables, so under much traffic they grow until the server's own vacuum comes, once a minute: let the user own them, from Postgres 17 on grant MAINTAIN, or set autovacuum_naptime to some seconds.";

/** What to say where statements of one session may run in several of the server's. */
export const BEHIND_A_POOLER =
  "A pooler stands between the store and the server, so the store takes no session locks and gets no hints of other processes: their messages and events are found within a second. Set hints: false to say that this is meant; or hints: true where the pooler gives each client a connection of its own (pool_mode = session).";
