-- Reads records by name. Request: time or null, how many bytes, [collection, id], …
-- Reply: a row for each in their order: empty where none is, else revision and value. It ends where the values have more bytes, but not before the first.
create function get_records_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _asked constant jsonb := _request::jsonb;
  _moment constant bigint := moment_of(_asked ->> 0);
  _answer text;
begin
  perform refuse_standby();
  select string_agg(coalesce(f.revision || U&'\001F' || f.value, ''), U&'\001E' order by n) into _answer
    from (
      select a.n, r.revision, r.value, sum(coalesce(octet_length(r.value), 0)) over (order by a.n rows unbounded preceding) as bytes
        from jsonb_array_elements(_asked) with ordinality a (name, n)
        left join records r on r.collection = a.name ->> 0 and r.id = a.name ->> 1 and (r.expires is null or r.expires > _moment)
        where a.n > 2
    ) f
    where n = 3 or bytes <= (_asked ->> 1)::bigint;
  return _answer;
end $$;

-- Reads a page of several indexes as one. Request: indexes, collection, behind which place, before which, how many records, whether backwards,
-- how many bytes.
-- Reply: whether more stand behind; then place, revision and value of each record.
create function page_records_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _asked constant jsonb := _request::jsonb;
  _indexes constant text[] := array(select jsonb_array_elements_text(_asked -> 0));
  _collection constant text := _asked ->> 1;
  _behind constant text := _asked ->> 2;
  _before constant text := _asked ->> 3;
  _count_max constant integer := (_asked ->> 4)::integer;
  _backwards constant boolean := (_asked ->> 5)::boolean;
  _bytes_max constant bigint := (_asked ->> 6)::bigint;
  _answer text;
begin
  perform refuse_standby();
  -- Each direction is a range of the index; the condition on the direction leaves one of them without a row.
  with found as materialized (
    (select distinct q.place from unnest(_indexes) i (name), lateral (
      select place from record_places
        where not _backwards and index = i.name and place > _behind and place < _before order by place limit _count_max + 1
    ) q order by q.place limit _count_max + 1)
    union all
    (select distinct q.place from unnest(_indexes) i (name), lateral (
      select place from record_places
        where _backwards and index = i.name and place > _behind and place < _before order by place desc limit _count_max + 1
    ) q order by q.place desc limit _count_max + 1)
  ), numbered as (
    select place, row_number() over (order by case when not _backwards then place end, case when _backwards then place end desc) as n
      from found
  ), shown as (
    select m.n, m.place, r.revision, r.value, sum(octet_length(r.value)) over (order by m.n rows unbounded preceding) as bytes
      from numbered m
      join records r on r.collection = _collection and r.id = substr(m.place, strpos(m.place, ' ') + 1)
      where m.n <= _count_max
  )
  select concat((select count(*) from found) > count(*),
      U&'\001E' || string_agg(place || U&'\001F' || revision || U&'\001F' || value, U&'\001E' order by n))
    into _answer
    from shown where n = 1 or bytes <= _bytes_max;
  return _answer;
end $$;

-- How many records stand in each of these indexes, of one moment. Request: indexes. Reply: numbers, as JSON.
create function count_records_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan as $$
declare
  _answer text;
begin
  perform refuse_standby();
  perform add_many_tallies();
  select jsonb_agg(
      coalesce((select count from place_counts where index = a.name), 0)
        + coalesce((select sum(count) from place_tallies where index = a.name), 0)
      order by n
    )::text into _answer
    from jsonb_array_elements_text(_request::jsonb) with ordinality a (name, n);
  return _answer;
end $$;
