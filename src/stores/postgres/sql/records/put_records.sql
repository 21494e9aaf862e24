-- Puts records whose expectations hold. steps: [collection, id, revision, expires or null, value, places]…; of one record the last stands.
create function put_records(steps jsonb) returns void language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
begin
  with given as materialized (
    select distinct on (s.step->>0, s.step->>1)
        s.step->>0 as collection, s.step->>1 as id, s.step->>2 as revision, (s.step->>3)::bigint as expires, s.step->>4 as value,
        array(select jsonb_array_elements_text(s.step->5)) as places
      from jsonb_array_elements(steps) with ordinality s (step, n)
      order by s.step->>0, s.step->>1, s.n desc
  ), moved as materialized (
    select g.places as to_places, coalesce(r.places, '{}') as from_places
      from given g left join records r on r.collection = g.collection and r.id = g.id
      where g.places <> coalesce(r.places, '{}')
  ), put as (
    insert into records as r (collection, id, revision, expires, places, value)
      select g.collection, g.id, g.revision, g.expires, g.places, g.value from given g
      on conflict (collection, id) do update
        set revision = excluded.revision, expires = excluded.expires, places = excluded.places, value = excluded.value
  ), left_places as (
    delete from record_places p
      using (select p.place from moved m, unnest(m.from_places) p (place) where p.place <> all (m.to_places)) gone
      where p.index = split_part(gone.place, U&'\001F', 1) and p.place = split_part(gone.place, U&'\001F', 2)
  )
  insert into record_places (index, place)
    select distinct split_part(p.place, U&'\001F', 1), split_part(p.place, U&'\001F', 2)
      from moved m, unnest(m.to_places) p (place) where p.place <> all (m.from_places)
    on conflict do nothing;
end $$;

-- Takes records away. names: [collection, id]…
create function remove_records(names jsonb) returns void language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
begin
  with gone as (
    delete from records r using (select distinct n.name->>0 as collection, n.name->>1 as id from jsonb_array_elements(names) n (name)) n
      where r.collection = n.collection and r.id = n.id
      returning r.places
  )
  delete from record_places p
    using (select p.place from gone g, unnest(g.places) p (place)) gone
    where p.index = split_part(gone.place, U&'\001F', 1) and p.place = split_part(gone.place, U&'\001F', 2);
end $$;

-- Deletes records whose time is over, so many at most; answers how many.
create function sweep_records(now_ms bigint, count_max integer) returns integer language plpgsql as $$
declare
  swept integer;
begin
  delete from records r where r.ctid = any (array(
    select e.ctid from records e where e.expires <= now_ms order by e.expires limit count_max for update skip locked));
  get diagnostics swept = row_count;
  return swept;
end $$;
