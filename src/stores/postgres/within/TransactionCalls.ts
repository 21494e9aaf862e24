/**
 * Calls functions of the store over the user's client, and only within its transaction.
 *
 * A statement cannot see whether a transaction was begun before it. But if one has an id already, something was written in it before, so it
 * was begun. Where it has none, the first call does nothing and tells when the transaction began; the second does its work if that is the same
 * time still. Without a transaction each statement has a time of its own.
 */
import { type InvalidConfig, invalidConfig, storeClosed } from "../../../core/SluiceError.js";
import type { Connection } from "../connection/Connection.js";
import type { NewQueues } from "./NewQueues.js";
import type { PostgresTransaction } from "./Within.js";
import { withinError } from "./withinError.js";

export interface TransactionCallsOptions {
  readonly client: PostgresTransaction;
  readonly schema: string;
  readonly queues: NewQueues;
  /** Whether the store may be called still. */
  readonly isOpen: () => boolean;
  /** Ends once the schema is there. */
  readonly prepared: () => Promise<void>;
}

/** What the statement answers: when its transaction began, its isolation, how many queues are missing, and the function's answer, if it was called. */
interface Row {
  readonly began: string;
  readonly isolation: string;
  readonly missing: number;
  readonly answer: string | null;
}

const ISOLATION = "read committed";

const statementFor = (schema: string, name: string): string => `
  select began, isolation, missing, case
      when isolation = '${ISOLATION}' and missing = 0 and (began = $1 or pg_current_xact_id_if_assigned() is not null)
        then "${schema}".${name}($3)
    end as answer
  from (
    select extract(epoch from now())::text as began, current_setting('transaction_isolation') as isolation,
      (select count(*)::integer from jsonb_array_elements_text($2::jsonb) n (name)
        where not exists (select from "${schema}".queues q where q.name = n.name)) as missing
  ) t`;

export class TransactionCalls {
  private began = "";

  constructor(private readonly options: TransactionCallsOptions) {}

  /** As that of a connection, but that nothing is tried again: a transaction that has failed is over. */
  readonly call: Connection["call"] = async (_session, name, text) => {
    const { isOpen, prepared, queues, client } = this.options;
    if (!isOpen()) throw storeClosed();
    if (isOver(client)) throw noTransaction();
    await prepared();
    const request = text(false);
    let names = queues.names;
    for (let isLast = false; ; ) {
      const { began, isolation, missing, answer } = await this.ask(name, [JSON.stringify(names), request]);
      if (isolation !== ISOLATION) throw notReadCommitted(isolation);
      if (missing > 0) await queues.make(names);
      queues.areThere(names);
      names = [];
      if (answer !== null) return answer;
      if (missing > 0) continue;
      if (isLast) throw noTransaction();
      isLast = true;
      this.began = began;
    }
  };

  private async ask(name: string, [names, request]: readonly [names: string, request: string]): Promise<Row> {
    const { client, schema } = this.options;
    try {
      const { rows } = await client.query(statementFor(schema, name), [this.began, names, request]);
      return rows[0] as Row;
    } catch (cause) {
      throw withinError(cause);
    }
  }
}

/** What PGlite gives tells that by itself. */
const isOver = (client: PostgresTransaction): boolean => "closed" in client && client.closed === true;

const notReadCommitted = (isolation: string): InvalidConfig =>
  invalidConfig(
    "client",
    `The transaction is ${isolation}, and the store must see what others did while it waited for a lock; nothing was written. Begin it with "begin isolation level read committed".`,
  );

const noTransaction = (): InvalidConfig =>
  invalidConfig(
    "client",
    "The client is in no transaction (or no longer), so what is written would commit by itself; nothing was written. Begin one before, and give within that very client.",
  );
