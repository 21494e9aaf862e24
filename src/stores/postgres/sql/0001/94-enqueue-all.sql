-- Many enqueues at once: write_1 for calls whose steps are all enqueues without a dedupe id. Nothing refuses these, so each write is answered
-- alike, done now or before.

-- The writes of a call that are done now for the first time, each once. It notes their ids. Those of a part of a call
-- have none: who makes the whole call has noted them.
create function new_writes(_writes jsonb, _moment bigint) returns jsonb language plpgsql as $$
declare
  _fresh text[];
begin
  if _writes -> 0 ->> 0 is null then
    return _writes;
  end if;
  with fresh as (
    insert into writes (id, at) select value ->> 0, _moment from jsonb_array_elements(_writes)
      on conflict do nothing returning id
  )
  select array_agg(id) into _fresh from fresh;
  if cardinality(_fresh) = jsonb_array_length(_writes) then
    return _writes;
  end if;
  return (
    select coalesce(jsonb_agg(write order by n), '[]')
    from (
      select distinct on (value ->> 0) value as write, ordinality as n from jsonb_array_elements(_writes) with ordinality
        where value ->> 0 = any (_fresh) order by value ->> 0, ordinality
    ) new
  );
end $$;

create function enqueue_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _keyed constant boolean := jsonb_array_length(_call -> 'locks') > 0;
  _moment bigint;
  _queues integer[];
  _queue integer;
  _place bigint;
  _writes jsonb;
begin
  perform take_locks(_call -> 'locks');
  _moment := moment_of(_call ->> 'now');
  _queues := queues_of(_call -> 'queues');
  for _queue in select value::integer from jsonb_array_elements_text(_call -> 'due') loop
    perform promote_due(_queues[_queue], _moment);
  end loop;
  _place := next_place();
  _writes := new_writes(_call -> 'writes', _moment);
  with steps as (
    select row_number() over () - 1 as n, s.step, _queues[(s.step ->> 1)::integer] as queue, s.step ->> 5 as key,
        (s.step ->> 8)::bigint as delay
      from jsonb_array_elements(_writes) w, jsonb_array_elements(w -> 1) l,
        jsonb_array_elements(l) with ordinality s (step, at)
      where s.at > 1
  ), added as (
    insert into messages
      (seq, place, at, first_at, due, begins, queue, size, stripe, state, level, id, key, mark, headers, payload)
    select _place + n, _place + n, _moment, _moment, case when delay > 0 then _moment + delay end,
      _moment + (step ->> 10)::bigint, queue, (step ->> 4)::integer, (step ->> 6)::smallint,
      case
        when delay > 0 then 5
        when key is null then 0
        -- Of those that come together the first may be the head.
        when row_number() over (partition by queue, key, delay > 0 order by n) > 1 then 2
        else state_in_line(queue, key)
      end,
      (step ->> 9)::smallint, step ->> 2, key, step ->> 13, step ->> 7, step ->> 3
    from steps where _keyed
    union all
    select _place + n, _place + n, _moment, _moment, case when delay > 0 then _moment + delay end,
      _moment + (step ->> 10)::bigint, queue, (step ->> 4)::integer, null, case when delay > 0 then 5 else 0 end,
      (step ->> 9)::smallint, step ->> 2, null, null, step ->> 7, step ->> 3
    from steps where not _keyed
    returning queue, state
  )
  select sum(t.n) into _queue from (
    select count(*) as n, tally(
        queue, _enqueued => count(*), _waiting => count(*) filter (where state = 2), _delayed => count(*) filter (where state = 5)
      ) from added group by queue offset 0
  ) t;
  for _queue in select value::integer from jsonb_array_elements_text(_call -> 'woken') loop
    perform wake(_queues[_queue]);
  end loop;
  return '[' || rtrim(repeat('null,', jsonb_array_length(_call -> 'writes')), ',') || ']';
end $$;
