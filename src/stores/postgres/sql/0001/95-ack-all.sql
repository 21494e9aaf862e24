-- Many acks at once: write_1 for calls in which each list is one ack. Where all of them may be done they are one delete; else write_1 does
-- them one by one, after what was done here is taken back.

create function ack_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _count constant integer := jsonb_array_length(_call -> 'writes');
  _moment bigint;
  _queues integer[];
  _queue integer;
  _place bigint;
  _asked integer;
  _gone record;
begin
  perform take_locks(_call -> 'locks');
  _moment := moment_of(_call ->> 'now');
  _queues := queues_of(_call -> 'queues');
  _place := next_place();
  begin
    insert into writes (id, at) select value ->> 0, _moment from jsonb_array_elements(_call -> 'writes')
      on conflict do nothing;
    get diagnostics _asked = row_count;
    if _asked < _count then
      raise exception using errcode = 'SLREF';
    end if;
    -- Rows are locked in one order, as everywhere.
    with acks as materialized (
      select row_number() over () as n, l -> 1 as step
        from jsonb_array_elements(_call -> 'writes') w, jsonb_array_elements(w -> 1) l
    ), sorted as materialized (
      select n, _queues[(step ->> 1)::integer] as queue, (step ->> 2)::bigint as seq, (step ->> 3)::bigint as lease
        from acks order by (step ->> 2)::bigint
    ), gone as (
      delete from messages m using sorted a
        where m.seq = a.seq and m.lease = a.lease and m.state = 0 and m.queue + 0 = a.queue
        returning a.n, m.queue, m.key, m.dedupe, m.id
    ), tallied as (
      select tally(queue, 0, count(*), 0, 0) from gone group by queue offset 0
    )
    select (select count(*) from acks) as asked, count(*) as count, (select count(*) from tallied) as tallied,
        array_agg(n order by n) filter (where key is not null) as ns,
        array_agg(queue order by n) filter (where key is not null) as queues,
        array_agg(key order by n) filter (where key is not null) as keys,
        array_agg(dedupe) filter (where dedupe is not null) as dedupes,
        array_agg(queue) filter (where dedupe is not null) as dedupe_queues,
        array_agg(id) filter (where dedupe is not null) as dedupe_ids
      into _gone from gone;
    if _gone.count < _gone.asked then
      raise exception using errcode = 'SLREF';
    end if;
  exception when sqlstate 'SLREF' then
    return write_1(_request);
  end;
  for _queue in 1 .. coalesce(cardinality(_gone.keys), 0) loop
    perform promote_follower(_gone.queues[_queue], _gone.keys[_queue], _place + _gone.ns[_queue]);
  end loop;
  for _queue in 1 .. coalesce(cardinality(_gone.dedupes), 0) loop
    perform forget_dedupe(_gone.dedupe_queues[_queue], _gone.dedupes[_queue], _gone.dedupe_ids[_queue]);
  end loop;
  for _queue in select value::integer from jsonb_array_elements_text(_call -> 'woken') loop
    perform wake(_queues[_queue]);
  end loop;
  return '[' || rtrim(repeat('null,', _count), ',') || ']';
end $$;
