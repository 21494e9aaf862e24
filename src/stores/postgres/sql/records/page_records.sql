-- Reads a page of several indexes as one.
-- asked: [indexes, collection, behind this place, before this place, limit, backwards, bytes]
-- Answers whether more stand behind; then place, revision and value of each record.
create function page_records(asked jsonb) returns text language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  names text[] := array(select distinct jsonb_array_elements_text(asked->0));
  of_collection text := asked->>1;
  least_place text := asked->>2;
  end_place text := asked->>3;
  count_max integer := (asked->>4)::integer;
  backwards boolean := (asked->>5)::boolean;
  bytes_max bigint := (asked->>6)::bigint;
  answer text;
begin
  -- Each direction is a range of the index; the condition on the direction leaves one of them without a row.
  with found as materialized (
    (select distinct q.place from unnest(names) i (name), lateral (
      select p.place from record_places p
        where not backwards and p.index = i.name and p.place > least_place and p.place < end_place
        order by p.place limit count_max + 1
    ) q order by q.place limit count_max + 1)
    union all
    (select distinct q.place from unnest(names) i (name), lateral (
      select p.place from record_places p
        where backwards and p.index = i.name and p.place > least_place and p.place < end_place
        order by p.place desc limit count_max + 1
    ) q order by q.place desc limit count_max + 1)
  ), numbered as (
    select f.place, row_number() over (order by case when not backwards then f.place end, case when backwards then f.place end desc) as n
      from found f
  ), shown as (
    select m.n, m.place, r.revision, r.value, sum(octet_length(r.value)) over (order by m.n rows unbounded preceding) as bytes
      from numbered m
      join records r on r.collection = of_collection and r.id = substr(m.place, strpos(m.place, ' ') + 1)
      where m.n <= count_max
  ), taken as (
    select * from shown s where s.n = 1 or s.bytes <= bytes_max
  )
  select case when (select count(*) from found) > count(*) then '1' else '0' end
      || coalesce(U&'\001E' || string_agg(t.place || U&'\001F' || t.revision || U&'\001F' || t.value, U&'\001E' order by t.n), '')
    into answer
    from taken t;
  return answer;
end $$;

-- How many records stand in each of these indexes, of one moment, with blanks between.
create function count_records(asked jsonb) returns text language sql stable as $$
  select string_agg((select count(*) from record_places p where p.index = a.name)::text, ' ' order by a.n)
    from jsonb_array_elements_text(asked) with ordinality a (name, n)
$$;
