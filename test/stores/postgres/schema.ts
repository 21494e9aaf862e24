/** A schema of its own for each test, and what belongs to it. */

import pg from "pg";
import { newId } from "../../../src/core/newId.js";

/** A schema that no other test has. */
export const newSchema = (): string => `t_${newId().replaceAll("-", "")}`;

type RunSql = (sql: string) => Promise<unknown>;

/** Runs SQL over a connection of its own. */
export const runningOn =
  (url: string): RunSql =>
  async (sql) => {
    const client = new pg.Client(url);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  };

/** Drops a schema over a connection of its own. */
export const dropSchema = (url: string, schema: string): Promise<unknown> => runningOn(url)(dropping(schema));

const dropping = (schema: string): string =>
  `set client_min_messages = error; drop schema if exists "${schema}" cascade`;

/** All that a store has written, but not what the migration has made. To empty a table takes a while, also where nothing is in it. */
const emptying = (schema: string): string => `do $$
declare
  _table text;
  _is_used boolean;
begin
  for _table in
    select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = '${schema}' and tablename <> 'migrations'
  loop
    execute 'select exists (select 1 from ' || _table || ')' into _is_used;
    if _is_used then
      execute 'truncate ' || _table || ' restart identity';
    end if;
  end loop;
end $$`;

/**
 * Schemas for the cases of one suite. The next case gets the one before, emptied: to make a schema takes the server longer than most cases
 * do. It goes on with higher numbers of calls than a new one.
 */
export class Schemas {
  private readonly free: Array<string> = [];

  constructor(private readonly run: RunSql) {}

  take(): string {
    return this.free.pop() ?? newSchema();
  }

  async giveBack(schema: string): Promise<void> {
    await this.run(emptying(schema));
    this.free.push(schema);
  }

  async dropAll(): Promise<void> {
    for (const schema of this.free.splice(0)) await this.run(dropping(schema));
  }
}
