-- Which events a feed may give: those before which none will come any more.

create function append_class() returns integer language sql stable as $$
  select hashtext('sluice appends ' || current_schema())
$$;

-- Draws the number of a call that appends. It first takes a shared lock that names the last number drawn so far, and so is lower than its
-- own; the lock is held until its transaction has ended. The lock has 31 bits of that number: who appends is never so far behind.
create function log_draw() returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(append_class(), (coalesce(pg_sequence_last_value('log_calls'), 0) & 2147483647)::integer);
  perform nextval('log_calls');
end $$;

-- The first place that is not sure: a statement that begins after this call sees all events below it that will ever be there.
--
-- First the last number drawn so far; then the least that is named by the locks of those who append. What has a number up to both was
-- appended in a transaction that has ended, and a transaction is seen by others before it lets its locks go. Transactions that append nothing
-- have no such lock, so one that stays open, in whatever database of the server, holds nobody up.
create function log_bound() returns bigint language plpgsql as $$
declare
  _drawn constant bigint := coalesce(pg_sequence_last_value('log_calls'), 0);
  _class constant bigint := append_class()::bigint & 4294967295;
  _held bigint;
begin
  perform refuse_standby();
  select min(_drawn - ((_drawn - objid::bigint) & 2147483647)) into _held from pg_locks
    where locktype = 'advisory' and objsubid = 2 and classid::bigint = _class and granted
      and database = (select oid from pg_database where datname = current_database());
  return (least(_drawn, _held) + 1) << 16;
end $$;

-- Session locks of a process that waits at the end of the log, as of one that waits for queue 0: see `wake`. Request: nothing.
create function wait_for_log_1(_request text) returns text language plpgsql
set search_path from current as $$
begin
  perform hold_slots(0);
  return '';
end $$;

create function wait_for_log_no_more_1(_request text) returns text language plpgsql
set search_path from current as $$
begin
  perform pg_advisory_unlock_shared(wait_class(), slot) from generate_series(0, 15) slot;
  return '';
end $$;
