/** Counts rows, to check what the store has counted meanwhile. */
import type pg from "pg";

const messages = (schema: string): string => `
  with told as (
    select queue, sum(enqueued) - sum(acked) - sum(purged) as held, sum(waiting) as waiting, sum(delayed) as delayed,
        sum(leased) as leased, sum(blocked) as blocked, sum(dead) as dead
      from (select * from "${schema}".counts union all select * from "${schema}".tallies) t group by queue
  ), found as (
    select queue, count(*) as held, count(*) filter (where state = 2) as waiting, count(*) filter (where state in (1, 5)) as delayed,
        count(*) filter (where state = 0 and lease is not null) as leased, count(*) filter (where state = 3) as blocked,
        count(*) filter (where state = 4) as dead
      from "${schema}".messages group by queue
  )
  select row_to_json(t) as told, row_to_json(f) as found from told t full join found f using (queue)
    where (coalesce(t.held, 0), coalesce(t.waiting, 0), coalesce(t.delayed, 0), coalesce(t.leased, 0), coalesce(t.blocked, 0), coalesce(t.dead, 0))
      <> (coalesce(f.held, 0), coalesce(f.waiting, 0), coalesce(f.delayed, 0), coalesce(f.leased, 0), coalesce(f.blocked, 0), coalesce(f.dead, 0))`;

const places = (schema: string): string => `
  with told as (
    select index, sum(count) as places
      from (select * from "${schema}".place_counts union all select * from "${schema}".place_tallies) t group by index
  ), found as (
    select index, count(*) as places from "${schema}".record_places group by index
  )
  select row_to_json(t) as told, row_to_json(f) as found from told t full join found f using (index)
    where coalesce(t.places, 0) <> coalesce(f.places, 0)`;

/** The queues, and the indexes of records, of which the store tells other numbers than it has rows. */
export const miscounted = async (client: pg.Client, schema: string): Promise<ReadonlyArray<unknown>> => [
  ...(await client.query<object>(messages(schema))).rows,
  ...(await client.query<object>(places(schema))).rows,
];
