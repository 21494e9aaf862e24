-- Many appends at once: write_1 for calls in which each list is one append of events that leaves its stream open, behind at most one put of a
-- record that must be new and stands in no index. It does them in one statement, where all of them may be done; else write_1 does them one by one.

create function append_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _moment bigint;
  _number bigint;
  _answer text;
begin
  perform take_locks(_call -> 'locks');
  _moment := moment_of(_call ->> 'now');
  perform log_draw();
  _number := currval('log_calls') << 16;
  with lists as materialized (
    select row_number() over (order by write, at) as n, write, id, list -> -1 as step, case when jsonb_array_length(list) > 2 then list -> 1 end as put
      from (
        -- Before they are sorted: else each list would carry its whole write along.
        select w.n as write, w.of ->> 0 as id, l.n as at, l.list
          from jsonb_array_elements(_call -> 'writes') with ordinality w (of, n), jsonb_array_elements(w.of -> 1) with ordinality l (list, n)
          offset 0
      ) each
  ), streams as materialized (
    select s.stream, h.version, tail_of(h.last_id) as tail, h.closed
      from (select distinct step ->> 1 as stream from lists) s, stream_head(s.stream) h
  ), counted as materialized (
    select *, step ->> 1 as stream, jsonb_array_length(step -> 4) as count, right(step -> 4 -> -1 ->> 0, 6) as tail from lists
  ), lined as materialized (
    select c.n, c.write, c.id, c.put, c.step, c.stream, c.count,
        s.version + sum(c.count) over before_in_stream - c.count as version,
        _number + sum(c.count) over (order by c.n) - c.count as place,
        coalesce(lag(c.tail) over before_in_stream, s.tail) as tail, s.closed
      from counted c join streams s on s.stream = c.stream
      window before_in_stream as (partition by c.stream order by c.n)
  ), puts as materialized (
    select put ->> 1 as collection, put ->> 2 as id, put ->> 4 as revision, put ->> 5 as value, _moment + (put ->> 7)::bigint as expires
      from lists where put is not null
  ), all_may as materialized (
    select coalesce(bool_and(not closed and is_expected(step ->> 2, version, tail)), false)
        and (select count(distinct id) = count(distinct write) from lists)
        and not exists (select from writes w join lists l on l.id = w.id)
        and not exists (select from puts p join records r on r.collection = p.collection and r.id = p.id where r.expires is null or r.expires > _moment)
        and not exists (select from puts group by collection, id having count(*) > 1) as ok
      from lined
  ), answered as (
    select write, id, '[' || string_agg(case when put is null then '["' else '[null,"' end
        || (version + count) || ':' || to_hex((place + count)::bigint) || '"]', ',' order by n) || ']' as answers
      from lined group by write, id
  ), kept as (
    insert into writes (id, at, answers) select id, _moment, answers from answered where (select ok from all_may)
  ), recorded as (
    insert into records (collection, id, revision, expires, places, value)
      select collection, id, revision, expires, '{}', value from puts where (select ok from all_may)
      on conflict (collection, id) do update
        set revision = excluded.revision, expires = excluded.expires, places = excluded.places, value = excluded.value
  ), appended as (
    insert into log_events (place, at, version, id, stream, type, data, meta)
      select l.place + e.n, _moment, l.version + e.n, (e.event ->> 0)::uuid, l.stream, e.event ->> 1, e.event ->> 2, e.event ->> 3
        from lined l, jsonb_array_elements(l.step -> 4) with ordinality e (event, n) where (select ok from all_may)
  )
  select '[' || string_agg(answers, ',' order by write) || ']' into _answer from answered where (select ok from all_may);
  if _answer is null then
    return write_1(_request);
  end if;
  perform wake(0);
  if (_call -> 'ends')::boolean then
    perform forget_ended(_moment);
  end if;
  return _answer;
end $$;
