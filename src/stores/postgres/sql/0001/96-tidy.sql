-- Removes what nobody asks for any more, in portions.

-- Adds what was tallied to what was counted, for one caller at a time. Tallies that come meanwhile are left for the next one.
create function add_tallies() returns void language plpgsql as $$
begin
  if not try_lock(2) then
    return;
  end if;
  with added as (
    delete from tallies where ctid = any (array(select ctid from tallies limit 20000)) returning *
  )
  insert into counts as c
    select queue, sum(enqueued), sum(acked), sum(purged), sum(waiting), sum(delayed), sum(leased), sum(blocked), sum(dead)
      from added group by queue
    on conflict (queue) do update set
      enqueued = c.enqueued + excluded.enqueued, acked = c.acked + excluded.acked, purged = c.purged + excluded.purged,
      waiting = c.waiting + excluded.waiting, delayed = c.delayed + excluded.delayed, leased = c.leased + excluded.leased,
      blocked = c.blocked + excluded.blocked, dead = c.dead + excluded.dead;
  with added as (
    delete from place_tallies where ctid = any (array(select ctid from place_tallies limit 20000)) returning *
  )
  insert into place_counts as c
    select index, sum(count) from added group by index
    on conflict (index) do update set count = c.count + excluded.count;
  delete from place_counts where count = 0;
end $$;

-- The same where there are many: processes that live shortly change too little for the housekeeping of any of them.
create function add_many_tallies() returns void language plpgsql as $$
begin
  if exists (select 1 from tallies offset 5000 limit 1) or exists (select 1 from place_tallies offset 5000 limit 1) then
    perform add_tallies();
  end if;
end $$;

-- Request: now, keptMs (how long answers of writes are kept). Reply: "1" where more may be left.
create function tidy_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _moment constant bigint := moment_of(_r ->> 'now');
  _count integer;
  _more boolean;
begin
  delete from writes where ctid = any (array(
    select ctid from writes where at < _moment - (_r ->> 'keptMs')::bigint order by at limit 1000 for update skip locked
  ));
  get diagnostics _count = row_count;
  _more := _count = 1000;
  delete from dedupes where ctid = any (array(
    select ctid from dedupes where until is not null and until <= _moment order by until limit 1000 for update skip locked
  ));
  get diagnostics _count = row_count;
  perform add_tallies();
  return (_more or _count = 1000)::integer::text;
end $$;
