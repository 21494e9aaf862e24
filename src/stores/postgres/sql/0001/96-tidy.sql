-- Removes what nobody asks for any more, in portions.

-- Request: now, keptMs (how long answers of writes are kept). Reply: "1" where more may be left.
create function tidy_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _moment constant bigint := moment_of(_r ->> 'now');
  _count integer;
  _more boolean;
begin
  delete from writes where ctid = any (array(
    select ctid from writes where at < _moment - (_r ->> 'keptMs')::bigint order by at limit 1000 for update skip locked
  ));
  get diagnostics _count = row_count;
  _more := _count = 1000;
  delete from dedupes where ctid = any (array(
    select ctid from dedupes where until is not null and until <= _moment order by until limit 1000 for update skip locked
  ));
  get diagnostics _count = row_count;
  return (_more or _count = 1000)::integer::text;
end $$;
