-- One step alone, as most calls are where a program waits for each: what the functions for many do (91-append-all.sql, 94-enqueue-all.sql), without
-- what it costs to have many. Requests and replies are those of write_1.

-- One enqueue of a message without a key, a dedupe id and a delay.
create function enqueue_one_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _step constant jsonb := _call #> '{writes,0,1,0,1}';
  _moment constant bigint := moment_of(_call ->> 'now');
  _queue constant integer := queue_of(_call #>> '{queues,0}');
  _place constant bigint := next_place();
begin
  insert into writes (id, at) values (_call #>> '{writes,0,0}', _moment) on conflict do nothing;
  if found then
    insert into messages (seq, place, at, first_at, begins, queue, size, state, level, id, headers, payload) values (
      _place, _place, _moment, _moment, _moment + (_step ->> 10)::bigint, _queue, (_step ->> 4)::integer, 0,
      (_step ->> 9)::smallint, _step ->> 2, _step ->> 7, _step ->> 3
    );
    perform tally(_queue, _enqueued => 1);
  end if;
  perform wake(_queue);
  return '[null]';
end $$;

-- One append of events that leaves its stream open. Where it may not be done, or was done before, write_1 says so.
create function append_one_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_bitmapscan = off set jit = off
set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _write constant text := _call #>> '{writes,0,0}';
  _step constant jsonb := _call #> '{writes,0,1,0,1}';
  _stream constant text := _step ->> 1;
  _count constant integer := jsonb_array_length(_step -> 4);
  _moment bigint;
  _number bigint;
  _head record;
  _event jsonb;
  _answer text;
begin
  perform take_locks(_call -> 'locks');
  _moment := moment_of(_call ->> 'now');
  perform log_draw();
  _number := currval('log_calls') << 16;
  select * into _head from stream_head(_stream);
  if _head.closed or not is_expected(_step ->> 2, _head.version, tail_of(_head.last_id))
    or exists (select from writes where id = _write) then
    return write_1(_request);
  end if;
  _answer := '[["' || (_head.version + _count) || ':' || to_hex(_number + _count) || '"]]';
  insert into writes (id, at, answers) values (_write, _moment, _answer);
  for _at in 1 .. _count loop
    _event := _step #> array['4', (_at - 1)::text];
    insert into log_events (place, at, version, id, stream, type, data, meta) values (
      _number + _at, _moment, _head.version + _at, (_event ->> 0)::uuid, _stream, _event ->> 1, _event ->> 2, _event ->> 3
    );
  end loop;
  perform wake(0);
  return '[' || _answer || ']';
end $$;
