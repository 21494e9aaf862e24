-- Gives up events of a stream up to a version, so many at most; answers how far that is done.
create function prune_stream(name text, up_to bigint, count_max integer) returns bigint language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  head record;
  target bigint;
begin
  perform lock_stream(name);
  select * into head from stream_head(name);
  target := least(up_to, head.pruned_to + count_max, head.version);
  if target <= head.pruned_to then return head.pruned_to; end if;
  -- The stream's row first, then its events: as a trim does.
  insert into log_streams as s (stream, pruned_to, last_id)
    select name, target, e.id from log_events e where e.stream = name and e.version = target
    on conflict (stream) do update set pruned_to = excluded.pruned_to, last_id = excluded.last_id
      where s.pruned_to < excluded.pruned_to;
  update log_events e set stream = null, type = '', data = '', meta = ''
    where e.stream = name and e.version <= target;
  return target;
end $$;

-- Closes a stream, or opens it again.
create function set_closed(name text, closes boolean) returns void language plpgsql as $$
begin
  perform lock_stream(name);
  if closes then
    insert into log_streams (stream, closed) values (name, true) on conflict (stream) do update set closed = true;
  else
    update log_streams s set closed = false where s.stream = name;
  end if;
end $$;

-- Gives up the events of all streams up to a position, so many at most; answers how far that is done.
create function trim_log(up_to bigint, up_to_tail text, count_max integer) returns text language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  bound bigint;
  trimmed log_trimmed;
  target bigint;
  target_tail text;
begin
  perform pg_advisory_xact_lock(lock_class('trim'), 0);
  -- An event may still come below what is beyond the bound.
  bound := log_bound();
  select * into trimmed from log_trimmed t where t.one;
  if not exists (select from log_events e where e.place = up_to and right(e.id::text, 6) = up_to_tail) then
    return coalesce(position_text(trimmed.place, trimmed.tail), '');
  end if;
  select e.place, right(e.id::text, 6) into target, target_tail
    from (
      select b.place, b.id from log_events b where b.place <= up_to and b.place < bound order by b.place limit count_max
    ) e
    order by e.place desc limit 1;
  if target is null then return coalesce(position_text(trimmed.place, trimmed.tail), ''); end if;
  insert into log_streams as s (stream, pruned_to, last_id)
    select distinct on (e.stream) e.stream, e.version, e.id from log_events e
      where e.place <= target and e.stream is not null order by e.stream, e.version desc
    on conflict (stream) do update set pruned_to = excluded.pruned_to, last_id = excluded.last_id
      where s.pruned_to < excluded.pruned_to;
  delete from log_events e where e.place <= target;
  insert into log_trimmed (place, tail) values (target, target_tail)
    on conflict (one) do update set place = excluded.place, tail = excluded.tail;
  return position_text(target, target_tail);
end $$;
