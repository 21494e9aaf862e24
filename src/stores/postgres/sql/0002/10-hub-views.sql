-- needs: 1
-- Views for people, over what hubs have on record. All hubs of the schema stand in them together: their ids are unique.
--
-- What is asked for most, destination and result, is read from the names of the indexes in which a dispatch stands, of which there are few. So only
-- the dispatches of the asked-for names are read, and JSON is looked into for those that are shown. Ids sort by the time of creation.
--
-- Views read tables by the rights of their owner, but the functions in them run by those of who asks: they touch no table.

-- A text that `escapeText` has escaped, one %XXXX for each UTF-16 unit; as it is where Postgres has no form for it.
create function unescaped(_text text) returns text language plpgsql immutable as $$
begin
  if strpos(_text, '%') = 0 then
    return _text;
  end if;
  return ('"' || replace(_text, '%', '\u') || '"')::jsonb #>> '{}';
exception when data_exception then
  return _text;
end $$;

-- A part of what a hub has stored, as JSON: an array behind the version "1". Null in another version. To take a part by its number reads the escapes
-- of all, and fails where Postgres has no character for one.
create function stored_part(_value text, _at integer) returns json language plpgsql immutable parallel safe as $$
begin
  if left(_value, 2) <> '1[' then
    return null;
  elsif strpos(_value, '\u') = 0 then
    return substr(_value, 2)::json -> _at;
  end if;
  return (select part from json_array_elements(substr(_value, 2)::json) with ordinality p (part, n) where n = _at + 1);
end $$;

create function stored_time(_part json) returns timestamptz language sql immutable parallel safe as $$
  select to_timestamp(nullif(_part::text, 'null')::numeric / 1000)
$$;

-- JSON as jsonb; what jsonb refuses (NUL, lone surrogates) as a text of JSON.
create function shown_json(_json json) returns jsonb language plpgsql immutable as $$
begin
  return _json::text::jsonb;
exception when data_exception then
  return to_jsonb(_json::text);
end $$;

-- The indexes of dispatches by status and destination, found one after the other by the primary key.
create view hub_indexes as
  with recursive names (index) as (
    (select p.index from record_places p
      where p.index > 'sluice.hub/dispatches/' and p.index < 'sluice.hub/dispatches0' order by p.index limit 1)
    union all
    select (select p.index from record_places p
        where p.index > n.index and p.index < 'sluice.hub/dispatches0' order by p.index limit 1)
      from names n where n.index is not null
  )
  select index, split_part(index, ' ', 1) as collection, substring(index from ' is%003D([a-z]+)/') as status,
      unescaped(regexp_replace(index, '^.* is%003D[a-z]+/', '')) as destination
    from names where strpos(index, ' is%003D') > 0;

-- Each dispatch by its place. What else is asked for is looked up for the rows that are shown: a count reads places alone, and so does a page by id.
create view hub_dispatches as
  select i.collection, substr(p.place, 3) as id, i.destination, i.status
    from hub_indexes i join record_places p on p.index = i.index;

create view ongoing_dispatches as
  select d.id,
      (select stored_part(r.value, 0) #>> '{}' from records r where r.collection = d.collection and r.id = d.id) as event_id,
      d.destination,
      (select stored_time(stored_part(r.value, 3)) from records r where r.collection = d.collection and r.id = d.id) as created_at,
      (select stored_part(r.value, 7)::text::integer from records r where r.collection = d.collection and r.id = d.id) as execution_count,
      (select stored_part(r.value, 5)::text::integer from records r where r.collection = d.collection and r.id = d.id) as max_retry_count
    from hub_dispatches d where d.status = 'ongoing';

create view resulted_dispatches as
  select d.id,
      (select stored_part(r.value, 0) #>> '{}' from records r where r.collection = d.collection and r.id = d.id) as event_id,
      d.destination,
      (select stored_time(stored_part(r.value, 3)) from records r where r.collection = d.collection and r.id = d.id) as created_at,
      (select stored_part(r.value, 7)::text::integer from records r where r.collection = d.collection and r.id = d.id) as execution_count,
      (select stored_part(r.value, 5)::text::integer from records r where r.collection = d.collection and r.id = d.id) as max_retry_count,
      case d.status when 'complete' then 'succeeded' when 'misconfigured' then 'failed' else d.status end as result,
      (select stored_time(stored_part(r.value, 11)) from records r where r.collection = d.collection and r.id = d.id) as resulted_at
    from hub_dispatches d where d.status <> 'ongoing';

create view events as
  select id, shown_json(stored_part(value, 2)) as payload, stored_time(stored_part(value, 0)) as created_at
    from records where collection > 'sluice.hub/events/' and collection < 'sluice.hub/events0';
