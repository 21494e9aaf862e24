-- Reads events of all streams in the order of their places.
-- asked: [after place or null, its tail, types or null, categories or null, limit, bytes, events to look at]
-- Answers W and the head, T and up to where the log is trimmed, or E, where the page ends, whether nothing stands behind that, whether
-- events are held back until those who append beside them have ended; then the events.
create function read_feed(asked jsonb) returns text language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  bound bigint := log_bound();
  from_place bigint := coalesce((asked->>0)::bigint, 0);
  wanted_types text[] := case when jsonb_typeof(asked->2) = 'array' then array(select jsonb_array_elements_text(asked->2)) end;
  wanted_categories text[] := case when jsonb_typeof(asked->3) = 'array' then array(select jsonb_array_elements_text(asked->3)) end;
  count_max integer := (asked->>4)::integer;
  bytes_max bigint := (asked->>5)::bigint;
  look_max integer := (asked->>6)::integer;
  trimmed_place bigint;
  trimmed_tail text;
  known boolean;
  events text;
  last_place bigint;
  last_tail text;
  more boolean;
  held boolean;
begin
  -- One statement, so that all is of one moment.
  with found as materialized (
    select e.*, row_number() over w as n, sum(octet_length(e.data) + octet_length(e.meta)) over w as bytes
      from (
        select * from (
          select * from log_events b where b.place > from_place and b.place < bound order by b.place limit look_max
        ) looked
        where looked.stream is not null
          and (wanted_types is null or looked.type = any (wanted_types))
          and (wanted_categories is null or split_part(looked.stream, '/', 1) = any (wanted_categories))
        order by looked.place limit count_max
      ) e
      window w as (order by e.place rows unbounded preceding)
  ), taken as (
    select string_agg(event_text(f.place, f.at, f.version, f.id, f.stream, f.type, f.meta, f.data), U&'\001E' order by f.n) as events,
        max(f.place) as place, count(*) as n, (select count(*) from found) as found
      from found f where f.n = 1 or f.bytes <= bytes_max
  ), ends as materialized (
    select t.events,
      case when t.n < t.found or t.n = count_max then t.place
        else coalesce(
          (select b.place from log_events b where b.place > from_place and b.place < bound order by b.place offset look_max - 1 limit 1),
          (select b.place from log_events b where b.place > from_place and b.place < bound order by b.place desc limit 1),
          from_place)
      end as place
    from taken t
  )
  select t.place, t.tail,
      asked->>0 is null or coalesce(from_place < t.place or from_place = t.place and t.tail = asked->>1, false)
        or exists (select from log_events b where b.place = from_place and right(b.id::text, 6) = asked->>1),
      s.events, s.place,
      (select right(b.id::text, 6) from log_events b where b.place = s.place),
      exists (select from log_events b where b.place > s.place and b.place < bound),
      exists (select from log_events b where b.place >= bound)
    into trimmed_place, trimmed_tail, known, events, last_place, last_tail, more, held
    from ends s left join log_trimmed t on t.one;
  if not known then
    select b.place, right(b.id::text, 6) into last_place, last_tail
      from log_events b where b.place < bound order by b.place desc limit 1;
    return 'W' || U&'\001F' || coalesce(position_text(last_place, last_tail), position_text(trimmed_place, trimmed_tail), '')
      || U&'\001F' || case when held then '1' else '0' end;
  end if;
  if from_place < trimmed_place then
    return 'T' || U&'\001F' || position_text(trimmed_place, trimmed_tail);
  end if;
  return 'E' || U&'\001F' || coalesce(position_text(last_place, last_tail), '')
    || U&'\001F' || case when more or held then '0' else '1' end
    || U&'\001F' || case when held then '1' else '0' end
    || coalesce(U&'\001E' || events, '');
end $$;
