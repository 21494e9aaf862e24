/** Looks at the server before the first call: what the store cannot do without is refused by a sentence. */
import { invalidConfig } from "../../../core/SluiceError.js";
import type { Driver } from "../drivers/Driver.js";
import { FIELD } from "./text.js";

/** Refuses a server whose settings the store cannot work with, and answers the channel of its hints. */
export const checkServer = async (driver: Driver, schema: string): Promise<string> => {
  const [channel = "", isolation, encoding, recovering] = (
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
  if (recovering === "t" || recovering === "true")
    throw Object.assign(new Error("the server is a standby and takes no changes"), { code: "25006" });
  return channel;
};
