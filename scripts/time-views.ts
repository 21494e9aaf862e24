/**
 * Times the queries of docs/guide/postgres.md upon the views, on a server of its own: `npx tsx scripts/time-views.ts [dispatches] [--explain]`.
 * Of a million dispatches (the default) 1 % are ongoing, and of the others 2 % failed, to four destinations.
 */
import { parseArgs } from "node:util";
import pg from "pg";
import { migrationSql } from "../src/stores/postgres/migrations/migrate.js";
import { postgresUrlIn, reservePostgres } from "../test/support/postgresServer.js";

const { values, positionals } = parseArgs({ allowPositionals: true, options: { explain: { type: "boolean" } } });
const count = Number(positionals[0] ?? 1_000_000);

const id = (prefix: string): string => `${prefix} || lpad(to_hex(n), 8, '0') || '-0000-7000-8000-000000000000'`;

const fill = `
  insert into records (collection, id, revision, places, value)
    select 'sluice.hub/dispatches/shop', right(${id("''")}, 36), 'r', array['sluice.hub/dispatches/shop is%003D' || d.status || '/' || d.destination
        || U&'\\001F' || '- ' || right(${id("''")}, 36)],
      '1["' || right(${id("''")}, 36) || '","' || d.destination || '","' || d.status || '",' || 1700000000000 + n
        || ',0,3,{"type":"constant","interval":1},1,[["complete",1700000000000,12]],null,0,' || 1700000001000 + n || ']'
      from (
        select n, case when n % 100 = 0 then 'ongoing' when n % 50 = 1 then 'failed' else 'complete' end as status,
            (array['CHAT', 'SEARCH', 'AUDIT', 'MAIL'])[1 + n / 7 % 4] as destination
          from generate_series(1, ${count}) n
      ) d;
  insert into record_places select split_part(places[1], U&'\\001F', 1), split_part(places[1], U&'\\001F', 2) from records;
  insert into records (collection, id, revision, places, value)
    select 'sluice.hub/events/shop', right(${id("''")}, 36), 'r', '{}', '1[' || 1700000000000 + n || ',[],{"name":"push","n":' || n || '}]'
      from generate_series(1, ${count} / 4) n`;

const queries: ReadonlyArray<readonly [what: string, sql: string]> = [
  ["ongoing by destination", "select destination, count(*) from ongoing_dispatches group by 1"],
  [
    "the latest 50 ongoing of CHAT",
    "select * from ongoing_dispatches where destination = 'CHAT' order by created_at desc limit 50",
  ],
  [
    "the latest 50 failed of CHAT",
    "select * from resulted_dispatches where destination = 'CHAT' and result = 'failed' order by created_at desc limit 50",
  ],
  [
    "the latest 50 of CHAT, by id",
    "select * from resulted_dispatches where destination = 'CHAT' order by id desc limit 50",
  ],
  [
    "the latest 50 of CHAT, by time",
    "select * from resulted_dispatches where destination = 'CHAT' order by created_at desc limit 50",
  ],
  ["results by destination", "select destination, result, count(*) from resulted_dispatches group by 1, 2"],
  ["one dispatch by id", `select * from resulted_dispatches where id = '00000003-0000-7000-8000-000000000000'`],
  ["the latest 50 events", "select * from events order by id desc limit 50"],
];

const { dir, stop } = await reservePostgres();
try {
  const client = new pg.Client(await postgresUrlIn(dir));
  await client.connect();
  await client.query(migrationSql("shop"));
  await client.query("set search_path = shop");
  await client.query(fill);
  await client.query("vacuum analyze records, record_places");
  await client.query("set jit = off");
  console.log(`${count} dispatches, ${count / 4} events`);
  for (const [what, sql] of queries) {
    await client.query(sql);
    const beforeMs = performance.now();
    const { rows } = await client.query(sql);
    console.log(`${what}: ${rows.length} rows, ${(performance.now() - beforeMs).toFixed(1)} ms`);
    if (values.explain !== true) continue;
    const plan = await client.query<{ "QUERY PLAN": string }>(`explain (analyze, costs off) ${sql}`);
    console.log(plan.rows.map((row) => `    ${row["QUERY PLAN"]}`).join("\n"));
  }
  await client.end();
} finally {
  await stop();
}
