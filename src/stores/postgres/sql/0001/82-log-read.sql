-- Reads events of all streams in the order of their places.
-- Request: place and tail of the position to begin behind, or null and null; types or null; categories or null; how many events; how many bytes;
-- how many to look at.
-- Reply: a row for each event, then one that says what they are worth. W, the last position, whether events are held back. Or T, and up to where the
-- log is trimmed. Or E, the position of the last event that was looked at, whether nothing stood behind it, whether events are held back.
-- Held back are events beside which others are being appended, which may come before them.
create function read_feed_1(_request text) returns setof text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _asked constant jsonb := _request::jsonb;
  _after constant bigint := coalesce((_asked ->> 0)::bigint, 0);
  _tail constant text := _asked ->> 1;
  _types constant text[] := case when _asked -> 2 <> 'null' then array(select jsonb_array_elements_text(_asked -> 2)) end;
  _categories constant text[] := case when _asked -> 3 <> 'null' then array(select jsonb_array_elements_text(_asked -> 3)) end;
  _count_max constant integer := (_asked ->> 4)::integer;
  _bytes_max constant bigint := (_asked ->> 5)::bigint;
  _look_max constant integer := (_asked ->> 6)::integer;
  _bound constant bigint := log_bound();
  _last bigint := page_end(_after, _bound, _types, _categories, _count_max, _look_max, _bytes_max);
  _found record;
begin
  return query
    select event_text(place, at, version, id, stream, type, meta, data) from log_events
      where place > _after and place <= _last and stream is not null
        and (_types is null or type = any (_types))
        and (_categories is null or split_part(stream, '/', 1) = any (_categories))
      order by place;
  -- Behind the events, so that what was trimmed meanwhile is told, not passed over.
  select
      (select tail_of(id) from log_events where place = _last) as tail,
      t.place as trimmed, t.tail as trimmed_tail,
      _tail is null or _after < t.place or (_after = t.place and _tail = t.tail)
        or exists (select from log_events where place = _after and tail_of(id) = _tail) as known,
      exists (select from log_events where place > _last and place < _bound) as more,
      exists (select from log_events where place >= _bound) as held
    into _found
    from (select) one left join log_trimmed t on t.one;
  if _found.known is not true then
    return next concat_ws(U&'\001F', 'W', last_position(_bound), _found.held::integer);
  elsif _after < _found.trimmed then
    return next concat_ws(U&'\001F', 'T', position_text(_found.trimmed, _found.trimmed_tail));
  else
    return next concat_ws(U&'\001F', 'E', coalesce(position_text(_last, coalesce(_found.tail, _tail)), ''),
      (not _found.more and not _found.held)::integer, _found.held::integer);
  end if;
end $$;

-- The place where a page of the feed ends: that of the last event that is wanted and fits, where the page is full; else that of the last event that may
-- be looked at. Where there is none it is _after.
create function page_end(
  _after bigint, _bound bigint, _types text[], _categories text[], _count_max integer, _look_max integer, _bytes_max bigint
) returns bigint language plpgsql as $$
declare
  _count bigint;
  _bytes bigint;
  _last bigint;
begin
  select count(*), sum(bytes), max(place) into _count, _bytes, _last from (
      select place, octet_length(data) + octet_length(meta) as bytes from (
        select * from log_events where place > _after and place < _bound order by place limit _look_max
      ) looked
      where stream is not null
        and (_types is null or type = any (_types))
        and (_categories is null or split_part(stream, '/', 1) = any (_categories))
      order by place limit _count_max
    ) wanted;
  if _bytes > _bytes_max then
    select place into _last from (
        select place, sum(octet_length(data) + octet_length(meta)) over (order by place rows unbounded preceding) as bytes,
            row_number() over (order by place) as n
          from log_events
          where place > _after and place <= _last and stream is not null
            and (_types is null or type = any (_types))
            and (_categories is null or split_part(stream, '/', 1) = any (_categories))
      ) wanted
      where bytes <= _bytes_max or n = 1 order by place desc limit 1;
    return _last;
  end if;
  if _count = _count_max then
    return _last;
  end if;
  return coalesce(
    (select place from log_events where place > _after and place < _bound order by place offset _look_max - 1 limit 1),
    (select place from log_events where place > _after and place < _bound order by place desc limit 1),
    _after);
end $$;

-- The position of the last event before this place; empty where there never was one.
create function last_position(_bound bigint) returns text language plpgsql as $$
begin
  return coalesce(
    (select position_text(place, tail_of(id)) from log_events where place < _bound order by place desc limit 1),
    (select position_text(place, tail) from log_trimmed where one),
    '');
end $$;

-- Reads events of one stream, and what it is like, of one moment.
-- Request: stream; behind which version; up to which, or null; how many events; whether backwards; how many bytes.
-- Reply: a row with the stream's version, up to which it is pruned, and whether it is closed; then one for each event.
create function read_stream_1(_request text) returns setof text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _asked constant jsonb := _request::jsonb;
  _stream constant text := _asked ->> 0;
  _after bigint := (_asked ->> 1)::bigint;
  _up_to bigint := coalesce((_asked ->> 2)::bigint, 9223372036854775807);
  _count_max constant integer := (_asked ->> 3)::integer;
  _backwards constant boolean := (_asked ->> 4)::boolean;
  _bytes_max constant bigint := (_asked ->> 5)::bigint;
  _fitting integer;
begin
  perform refuse_standby();
  -- How many fit is found before, and most often all do.
  select count(*) into _fitting from (
      select sum(bytes) over (order by n rows unbounded preceding) as bytes, n from (
        select row_number() over () as n, octet_length(data) + octet_length(meta) as bytes from (
          (select version, data, meta from log_events
            where not _backwards and stream = _stream and version > _after and version <= _up_to order by version limit _count_max)
          union all
          (select version, data, meta from log_events
            where _backwards and stream = _stream and version > _after and version <= _up_to order by version desc limit _count_max)
        ) page
      ) counted
    ) summed
    where n = 1 or bytes <= _bytes_max;
  -- Each direction is a range of the index; the condition on the direction leaves one of them without a row.
  return query
    select concat_ws(U&'\001F', h.version, h.pruned_to, h.closed::integer) from stream_head(_stream) h
    union all
    (select event_text(place, at, version, id, stream, type, meta, data) from log_events
      where not _backwards and stream = _stream and version > _after and version <= _up_to order by version limit _fitting)
    union all
    (select event_text(place, at, version, id, stream, type, meta, data) from log_events
      where _backwards and stream = _stream and version > _after and version <= _up_to order by version desc limit _fitting);
end $$;
