-- Reads events of one stream, and what it is like, of one moment.
-- asked: [stream, after, up to or null, limit, backwards, bytes]
-- Answers its version, up to which it is pruned, and whether it is closed; then the events.
create function read_stream(asked jsonb) returns text language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  name text := asked->>0;
  after bigint := (asked->>1)::bigint;
  up_to bigint := coalesce((asked->>2)::bigint, 9223372036854775807);
  count_max integer := (asked->>3)::integer;
  backwards boolean := (asked->>4)::boolean;
  bytes_max bigint := (asked->>5)::bigint;
  answer text;
begin
  -- Each of the two pages is a range of the index; the condition on the direction leaves one of them without a row.
  select h.version || U&'\001F' || h.pruned_to || U&'\001F' || case when h.closed then '1' else '0' end
      || coalesce(U&'\001E' || (
        select string_agg(event_text(f.place, f.at, f.version, f.id, f.stream, f.type, f.meta, f.data), U&'\001E' order by f.n)
          from (
            select e.*, row_number() over w as n, sum(octet_length(e.data) + octet_length(e.meta)) over w as bytes
              from (
                (select b.* from log_events b
                  where not backwards and b.stream = name and b.version > after and b.version <= up_to
                  order by b.version limit count_max)
                union all
                (select b.* from log_events b
                  where backwards and b.stream = name and b.version > after and b.version <= up_to
                  order by b.version desc limit count_max)
              ) e
              window w as (order by case when backwards then - e.version else e.version end rows unbounded preceding)
          ) f
          where f.n = 1 or f.bytes <= bytes_max), '')
    into answer
    from stream_head(name) h;
  return answer;
end $$;
