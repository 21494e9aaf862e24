-- The steps upon records: w collection, id, expectation, revision, value, places, milliseconds until it ends or null; x and k collection, id,
-- expectation. An expectation is * any, - none there, or = and a revision.

create function check_record(_facts call_facts, _step jsonb) returns text language plpgsql as $$
declare
  _expected constant text := _step ->> 3;
  _revision text;
begin
  if _expected = '*' then
    return null;
  end if;
  select revision into _revision from records
    where collection = _step ->> 1 and id = _step ->> 2 and (expires is null or expires > _facts.moment);
  if _expected = coalesce('=' || _revision, '-') then
    return null;
  end if;
  return 'RECORD_CONFLICT:' || coalesce(_revision, '');
end $$;

create function apply_put(_facts call_facts, _step jsonb, _place bigint) returns text language plpgsql as $$
declare
  _collection constant text := _step ->> 1;
  _id constant text := _step ->> 2;
  _places constant text[] := array(select jsonb_array_elements_text(_step -> 6));
  _expires constant bigint := _facts.moment + (_step ->> 7)::bigint;
  _before text[];
begin
  select places into _before from records where collection = _collection and id = _id;
  insert into records (collection, id, revision, expires, places, value)
    values (_collection, _id, _step ->> 4, _expires, _places, _step ->> 5)
    on conflict (collection, id) do update
      set revision = excluded.revision, expires = excluded.expires, places = excluded.places, value = excluded.value;
  if _before is distinct from _places then
    perform leave_places(_before, _places);
    perform take_places(_places, _before);
  end if;
  return null;
end $$;

create function apply_remove(_facts call_facts, _step jsonb, _place bigint) returns text language plpgsql as $$
declare
  _gone record;
begin
  delete from records where collection = _step ->> 1 and id = _step ->> 2 returning places, expires into _gone;
  perform leave_places(_gone.places, '{}');
  return case when _gone.places is null or _gone.expires <= _facts.moment then 'n' end;
end $$;

-- Takes a record out of its places, but for those where it stays.
create function leave_places(_places text[], _stays text[]) returns void language plpgsql as $$
begin
  with gone as (
    delete from record_places r using unnest(_places) p
      where r.index = split_part(p, U&'\001F', 1) and r.place = split_part(p, U&'\001F', 2) and p <> all (_stays)
      returning r.index
  )
  insert into place_tallies select index, -count(*) from gone group by index;
end $$;

-- Puts a record into its places, but for those where it stood. It may name a place twice.
create function take_places(_places text[], _stood text[]) returns void language plpgsql as $$
begin
  with taken as (
    insert into record_places (index, place)
      select split_part(p, U&'\001F', 1), split_part(p, U&'\001F', 2) from unnest(_places) p where p <> all (coalesce(_stood, '{}'))
      on conflict do nothing returning index
  )
  insert into place_tallies select index, count(*) from taken group by index;
end $$;

-- Deletes some of the records that have ended, which have no places. Those that others delete, or put anew, are passed by.
-- It comes last in its call, and so waits for nothing while it has their rows.
create function forget_ended(_moment bigint) returns void language plpgsql as $$
begin
  delete from records where ctid = any (array(
    select ctid from records where expires <= _moment order by expires limit 1000 for update skip locked));
end $$;
