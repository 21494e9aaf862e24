-- asked: [[collection, id]…, …]; answers a row for each in their order: empty where none is, else its revision and value. It ends where the
-- values have more bytes together than given, but has one row at least.
create function get_records(asked jsonb, bytes_max bigint, now_ms bigint) returns text language plpgsql
  set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  answer text;
begin
  select string_agg(coalesce(f.revision || U&'\001F' || f.value, ''), U&'\001E' order by f.n) into answer
    from (
      select a.n, r.revision, r.value, sum(coalesce(octet_length(r.value), 0)) over (order by a.n rows unbounded preceding) as bytes
        from jsonb_array_elements(asked) with ordinality a (name, n)
        left join records r on r.collection = a.name->>0 and r.id = a.name->>1 and (r.expires is null or r.expires > now_ms)
    ) f
    where f.n = 1 or f.bytes <= bytes_max;
  return answer;
end $$;
