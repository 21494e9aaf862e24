/** A schema of its own for each test, and what belongs to it. */
import pg from "pg";
import { inject } from "vitest";
import { newId } from "../../../src/core/newId.js";

/** A schema that no other test has. What a run does not drop of these, it drops at its end. */
export const newSchema = (): string => `${inject("postgres").schemas}${newId().replaceAll("-", "").slice(-20)}`;

type RunSql = (sql: string) => Promise<unknown>;

/** Drops a schema over a connection of its own. */
export const dropSchema = async (url: string, schema: string): Promise<void> => {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(`set client_min_messages = error; drop schema if exists "${schema}" cascade`);
  } finally {
    await client.end();
  }
};

/**
 * Removes all that a store has written, but not what the migration has made. `truncate` takes ten times as long as a `delete` of few rows, and
 * lets every session plan its calls anew; but many rows that were deleted would stand in the way of the next case.
 */
const emptying = (schema: string): string => `do $$
declare
  _table text;
  _is_large boolean;
begin
  for _table in
    select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = '${schema}' and tablename <> 'migrations'
  loop
    execute 'select count(*) > ${ROWS_MAX} from (select from ' || _table || ' limit ${ROWS_MAX + 1}) as rows_of_it' into _is_large;
    execute case when _is_large then 'truncate ' else 'delete from ' end || _table;
  end loop;
end $$`;

/** More rows than these are not deleted one by one. */
const ROWS_MAX = 500;

/** So often a schema is emptied before what was deleted from it is vacuumed. */
const ROUNDS_MAX = 25;

/**
 * Schemas for the tests of one process. The next one gets the one before, emptied: to make a schema takes the server longer than most tests do,
 * and sessions keep their plans for it. It goes on with higher numbers of calls, queues and events than a new one.
 */
export class Schemas {
  private readonly free: Array<string> = [];
  private rounds = 0;

  constructor(private readonly run: RunSql) {}

  /** The schema that was given back last, or a new one. */
  take(): string {
    return this.free.pop() ?? newSchema();
  }

  /** Empties a schema that no store uses any more. */
  async giveBack(schema: string): Promise<void> {
    await this.run(emptying(schema));
    this.rounds += 1;
    if (this.rounds % ROUNDS_MAX === 0) await this.run("vacuum");
    this.free.push(schema);
  }
}
