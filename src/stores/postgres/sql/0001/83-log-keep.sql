-- What gives events up, and closes streams. Requests begin with: write id, time or null, locks.

-- Gives up events of a stream up to a version. Further: stream, version, how many at most. Reply: how far that is done.
create function prune_stream_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _asked constant jsonb := _request::jsonb;
  _stream constant text := _asked ->> 3;
  _answer text;
  _head record;
  _up_to bigint;
begin
  perform take_locks(_asked -> 2);
  _answer := begun_before(_asked ->> 0, moment_of(_asked ->> 1));
  if _answer is not null then
    return _answer;
  end if;
  select * into _head from stream_head(_stream);
  _up_to := least((_asked ->> 4)::bigint, _head.pruned_to + (_asked ->> 5)::bigint, _head.version);
  if _up_to <= _head.pruned_to then
    return answer_with(_asked ->> 0, _head.pruned_to::text);
  end if;
  -- The stream's row first, then its events: as a trim does.
  insert into log_streams as s (stream, pruned_to, last_id)
    select stream, version, id from log_events where stream = _stream and version = _up_to
    on conflict (stream) do update set pruned_to = excluded.pruned_to, last_id = excluded.last_id
      where s.pruned_to < excluded.pruned_to;
  update log_events set stream = null, type = '', data = '', meta = '' where stream = _stream and version <= _up_to;
  return answer_with(_asked ->> 0, _up_to::text);
end $$;

-- Closes a stream, or opens it again. Further: stream, whether it is closed.
create function set_closed_1(_request text) returns text language plpgsql
set search_path from current as $$
declare
  _asked constant jsonb := _request::jsonb;
begin
  perform take_locks(_asked -> 2);
  if begun_before(_asked ->> 0, moment_of(_asked ->> 1)) is not null then
    return '';
  end if;
  if (_asked ->> 4)::boolean then
    perform close_stream(_asked ->> 3);
  else
    update log_streams set closed = false where stream = _asked ->> 3;
  end if;
  return '';
end $$;

create function close_stream(_stream text) returns void language plpgsql as $$
begin
  insert into log_streams (stream, closed) values (_stream, true) on conflict (stream) do update set closed = true;
end $$;

-- Gives up the events of all streams up to a position. Further: its place and tail, how many at most. Reply: the position up to which the
-- log is trimmed; empty where it is not.
create function trim_log_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _asked constant jsonb := _request::jsonb;
  _up_to constant bigint := (_asked ->> 3)::bigint;
  _bound bigint;
  _answer text;
  _last record;
begin
  perform take_locks(_asked -> 2);
  _answer := begun_before(_asked ->> 0, moment_of(_asked ->> 1));
  if _answer is not null then
    return _answer;
  end if;
  -- Events may still come below what is beyond the bound: they would be given up unseen.
  _bound := least(log_bound() - 1, _up_to);
  select place, id into _last from (
      select place, id from log_events where place <= _bound order by place limit (_asked ->> 5)::integer
    ) first
    where exists (select from log_events where place = _up_to and tail_of(id) = _asked ->> 4)
    order by place desc limit 1;
  if _last.place is null then
    select position_text(place, tail) into _answer from log_trimmed where one;
    return answer_with(_asked ->> 0, coalesce(_answer, ''));
  end if;
  insert into log_streams as s (stream, pruned_to, last_id)
    select distinct on (stream) stream, version, id from log_events
      where place <= _last.place and stream is not null order by stream, version desc
    on conflict (stream) do update set pruned_to = excluded.pruned_to, last_id = excluded.last_id
      where s.pruned_to < excluded.pruned_to;
  delete from log_events where place <= _last.place;
  insert into log_trimmed (place, tail) values (_last.place, tail_of(_last.id))
    on conflict (one) do update set place = excluded.place, tail = excluded.tail;
  return answer_with(_asked ->> 0, position_text(_last.place, tail_of(_last.id)));
end $$;
