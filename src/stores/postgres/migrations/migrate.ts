/**
 * Makes the schema, or brings it to what this version needs. One statement does all of it under a lock, so any number of processes may
 * start at once: `create … if not exists` alone is no lock, and fails for all but one of them.
 */
import { type InvalidConfig, invalidConfig } from "../../../core/SluiceError.js";
import type { Driver } from "../drivers/Driver.js";
import { schemaName } from "../postgresStoreOptions.js";
import { type SqlStep, sqlSteps } from "./sql.generated.js";

/** What a schema says of itself. */
interface SchemaVersion {
  /** The last step that was run; 0 where there is none. */
  readonly number: number;
  /** A program must know this step at least. Steps that leave the functions of older programs as they are do not raise it. */
  readonly needs: number;
}

const NEWEST = sqlSteps.at(-1)?.number ?? 0;

/** How long a step waits for a lock that somebody holds, so that nobody queues behind it for long. It is tried again. */
const LOCK_MS_MAX = 2_000;

const quoted = (schema: string): string => `"${schema}"`;
const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** What is there now. */
const versionOf = async (driver: Driver, schema: string): Promise<SchemaVersion> => {
  const table = `${quoted(schema)}.migrations`;
  const there = await driver.run("lane", `select to_regclass(${literal(table)})::text`, []);
  if (there === "") return { number: 0, needs: 0 };
  const text = await driver.run(
    "lane",
    `select coalesce(max(number), 0) || ' ' || coalesce(max(needs), 0) from ${table}`,
    [],
  );
  const [number = 0, needs = 0] = text.split(" ").map(Number);
  return { number, needs };
};

/** Runs what is missing, or says that it is missing. Answers the version that is there then. */
export const migrate = async (driver: Driver, schema: string, mode: "auto" | "check"): Promise<void> => {
  const found = await versionOf(driver, schema);
  if (found.needs > NEWEST) throw fromTheFuture(schema, found);
  if (found.number >= NEWEST) return;
  if (mode === "check") throw missing(schema, found);
  await driver.script(migrationSql(schema));
};

/**
 * The migration of a schema as one SQL statement: for people who run it by hand, before a store with `migrate: "check"` starts. Whoever runs
 * it must be allowed to create in the database, and owns what it makes. Run again it changes nothing.
 *
 * @param schema the name of the schema; throws `InvalidConfig` where a store would refuse it
 *
 * @example
 * ```ts
 * import { migrationSql } from "sluice/postgres";
 *
 * console.log(migrationSql("shop"));
 * ```
 */
export const migrationSql = (schema: string): string => sqlFor(schemaName(schema), sqlSteps);

/**
 * The SQL of these steps, which are run whole or not at all. The table is asked for the schema, not `to_regnamespace`: that answers by what the
 * session knew before it waited for the lock.
 */
export const sqlFor = (schema: string, steps: ReadonlyArray<SqlStep>): string => `do $sluice_migration$
begin
  perform set_config('lock_timeout', '${LOCK_MS_MAX}', true);
  perform pg_advisory_xact_lock(hashtext('sluice migration'), hashtext(${literal(schema)}));
  if not exists (select from pg_namespace where nspname = ${literal(schema)}) then
    create schema ${quoted(schema)};
  end if;
  perform set_config('search_path', ${literal(`${quoted(schema)}, pg_temp`)}, true);
  create table if not exists migrations (number integer primary key, needs integer not null, at timestamptz not null default now());
${steps.map(stepSql).join("")}end $sluice_migration$`;

const stepSql = ({
  number,
  needs,
  sql,
}: SqlStep): string => `  if not exists (select 1 from migrations where number = ${number}) then
    execute $sluice_step$
${sql}$sluice_step$;
    insert into migrations (number, needs) values (${number}, ${needs});
  end if;
`;

const fromTheFuture = (schema: string, { number, needs }: SchemaVersion): InvalidConfig =>
  invalidConfig(
    "schema",
    `The schema ${schema} is at step ${number} and needs a program that knows step ${needs}; this one knows ${NEWEST}. Nothing was changed; run the newer version of Sluice, or give the store another schema.`,
  );

const missing = (schema: string, { number }: SchemaVersion): InvalidConfig => {
  const steps = sqlSteps.filter((step) => step.number > number).map((step) => step.number);
  return invalidConfig(
    "migrate",
    `The schema ${schema} lacks step ${steps.join(", ")} of the migration, and this store only checks. Let somebody who may create in the database run the migration, or a store with migrate: "auto".`,
  );
};
