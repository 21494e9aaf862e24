-- The step that appends: p, stream, expectation, whether it closes, events. An expectation is * any, - no event, + some event, or = and a version,
-- where it is given with : and the tail of the last event's id. An event is [id, type, data, meta].
-- A call with such steps draws its number before (log_draw).

create function check_append(_facts call_facts, _step jsonb) returns text language plpgsql as $$
declare
  _expected constant text := _step ->> 2;
  _head record;
begin
  select * into _head from stream_head(_step ->> 1);
  if _head.closed and ((_step -> 3)::boolean or _step -> 4 <> '[]') then
    return 'STREAM_CLOSED:' || _head.version;
  end if;
  return case when not is_expected(_expected, _head.version, tail_of(_head.last_id)) then 'VERSION_CONFLICT:' || _head.version end;
end $$;

create function is_expected(_expected text, _version bigint, _tail text) returns boolean language sql immutable as $$
  select case left(_expected, 1)
    when '*' then true
    when '-' then _version = 0
    when '+' then _version > 0
    else _version = split_part(substr(_expected, 2), ':', 1)::bigint
      and (_version = 0 or split_part(_expected, ':', 2) in ('', _tail))
  end
$$;

-- Always answers: the stream's version behind the events, and the place of the last of them in hex, or nothing, with a colon between.
create function apply_append(_facts call_facts, _step jsonb, _place bigint) returns text language plpgsql as $$
declare
  _stream constant text := _step ->> 1;
  _count constant integer := jsonb_array_length(_step -> 4);
  _version bigint;
  _number bigint;
  _from bigint;
begin
  select version into _version from stream_head(_stream);
  if _count > 0 then
    _number := currval('log_calls') << 16;
    -- Its number has room for more events than a call has.
    select coalesce(max(place), _number) into _from from log_events where place > _number and place < _number + 65536;
    insert into log_events (place, at, version, id, stream, type, data, meta)
      select _from + e.n, _facts.moment, _version + e.n, (e.event ->> 0)::uuid, _stream, e.event ->> 1, e.event ->> 2, e.event ->> 3
        from jsonb_array_elements(_step -> 4) with ordinality e (event, n);
  end if;
  if (_step -> 3)::boolean then
    perform close_stream(_stream);
  end if;
  return (_version + _count) || ':' || coalesce(to_hex(_from + _count), '');
end $$;
