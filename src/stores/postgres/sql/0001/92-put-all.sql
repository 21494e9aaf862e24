-- Many puts at once: write_1 for calls in which every step is a put. It does them in a few statements where each puts another record and all may be
-- done; else write_1 does them one by one. Of a part of a call, whose write has no id (93-mixed.sql), it does nothing then, and answers "".

create function put_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _moment bigint;
  _may boolean;
begin
  perform take_locks(_call -> 'locks');
  _moment := moment_of(_call ->> 'now');
  with writes_given as materialized (
    select w ->> 0 as id, w -> 1 as lists from jsonb_array_elements(_call -> 'writes') w
  ), given as materialized (
    select s.step ->> 1 as collection, s.step ->> 2 as id, s.step ->> 3 as expected, s.step ->> 4 as revision, s.step ->> 5 as value,
        array(select jsonb_array_elements_text(s.step -> 6)) as places, _moment + (s.step ->> 7)::bigint as expires
      from writes_given w, jsonb_array_elements(w.lists) l, jsonb_array_elements(l) with ordinality s (step, n) where s.n > 1
  ), found as materialized (
    select g.*, r.places as stood,
        case when r.expires is null or r.expires > _moment then r.revision end as actual
      from given g left join records r on r.collection = g.collection and r.id = g.id
  ), all_may as materialized (
    select coalesce(bool_and(expected in ('*', coalesce('=' || actual, '-'))), false)
        and (select count(*) from found) = (select count(distinct (collection, id)) from found)
        and (select count(w.id) = count(distinct w.id) from writes_given w)
        and not exists (select from writes_given g join writes w on w.id = g.id) as ok
      from found
  ), kept as (
    insert into writes (id, at) select id, _moment from writes_given where id is not null and (select ok from all_may)
  ), done as (
    insert into records (collection, id, revision, expires, places, value)
      select collection, id, revision, expires, places, value from found where (select ok from all_may)
      on conflict (collection, id) do update
        set revision = excluded.revision, expires = excluded.expires, places = excluded.places, value = excluded.value
  ), moved as materialized (
    select stood, places from found where stood is distinct from places and (select ok from all_may)
  ), gone as (
    delete from record_places p
      using (select s.place from moved m, unnest(m.stood) s (place) where s.place <> all (m.places)) g
      where p.index = split_part(g.place, U&'\001F', 1) and p.place = split_part(g.place, U&'\001F', 2)
      returning p.index
  ), taken as (
    insert into record_places (index, place)
      select distinct split_part(t.place, U&'\001F', 1), split_part(t.place, U&'\001F', 2)
        from moved m, unnest(m.places) t (place) where t.place <> all (coalesce(m.stood, '{}'))
      on conflict do nothing
      returning index
  ), tallied as (
    insert into place_tallies
      select index, sum(count) from (select index, 1 as count from taken union all select index, -1 from gone) moves
        group by index having sum(count) <> 0
  )
  select ok into _may from all_may;
  if not _may then
    return case when _call -> 'writes' -> 0 ->> 0 is null then '' else write_1(_request) end;
  end if;
  if (_call -> 'ends')::boolean then
    perform forget_ended(_moment);
  end if;
  return (select jsonb_agg(null::text)::text from jsonb_array_elements(_call -> 'writes'));
end $$;
