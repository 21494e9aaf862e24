-- Leases messages for a consumer.

-- When something may change by itself: a message is due, or a lease ends. Null: never.
create function next_change(_queue integer) returns bigint language plpgsql as $$
begin
  return least(
    (select due from messages where queue = _queue and state in (1, 5) order by due, seq limit 1),
    (select min(expires) from messages where queue = _queue and state = 0 and lease is not null)
  );
end $$;

-- Makes the consumer the owner of an exclusive queue. Answers 0 where it is, 1 where another one is, 2 where leases of the former owner are
-- left to be ended. Then nobody gets a message, since it would come out of order.
create function own(_queue integer, _owner text, _lease_ms bigint, _attempts_max integer, _facts call_facts) returns integer
language plpgsql as $$
declare
  _q queues;
begin
  select * into _q from queues where id = _queue for update;
  if _owner is not null and _q.owner is distinct from _owner and _q.owner is not null
    and _q.owner_until > _facts.moment then
    return 1;
  end if;
  _q.taking := _q.taking or (_owner is not null and _q.owner is distinct from _owner);
  if _q.taking then
    _q.taking := reap(_queue, true, _attempts_max, _facts) > 0
      and exists (select 1 from messages where queue = _queue and state = 0 and lease is not null);
  end if;
  update queues set
    taking = _q.taking, owner = coalesce(_owner, _q.owner),
    owner_until = case when _owner is null then _q.owner_until else _facts.moment + _lease_ms end
    where id = _queue;
  return case when _q.taking then 2 else 0 end;
end $$;

-- Request: now, lettersMax, queue (name), lease (number of this call), again (whether an earlier try may have been done), max, bytesMax,
-- leaseMs, attemptsMax, deliveriesMax, hands (the greatest suspicion that they may have), owner (null unless exclusive), waits,
-- front (null, or [level, place]: where the line began a moment ago, behind those that are leased; it is read from there where that fills the request).
-- Reply: records of fields. The first: now, ms until something may change ("" never), and a verdict: 1 where another consumer owns
-- the queue, 2 where a suspect is next that these hands may not have, 3 where it has to ask again at once, else 0; and, where many were passed
-- that could not be leased, the level and place of the first one that could. Then the leases.
create function lease_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _facts call_facts;
  _t taking;
  _q record;
  _owned integer;
  _head text;
  _undone bigint;
begin
  _facts.moment := moment_of(_r ->> 'now');
  _facts.letters_max := (_r ->> 'lettersMax')::integer;
  _t.queue := queue_of(_r ->> 'queue');
  _t.lease := (_r ->> 'lease')::bigint;
  _t.expires := _facts.moment + (_r ->> 'leaseMs')::bigint;
  _t.max := (_r ->> 'max')::integer;
  _t.bytes_max := (_r ->> 'bytesMax')::bigint;
  _t.deliveries_max := (_r ->> 'deliveriesMax')::integer;
  _t.hands := (_r ->> 'hands')::integer;
  _t.front_level := (_r -> 'front' ->> 0)::integer;
  _t.front_place := (_r -> 'front' ->> 1)::bigint;
  select paused, taking into _q from queues where id = _t.queue;
  if (_r ->> 'again')::boolean then
    update messages set lease = null, expires = null where queue = _t.queue and state = 0 and lease = _t.lease;
    get diagnostics _undone = row_count;
    perform tally(_t.queue, _leased => -_undone);
  end if;
  if _q.paused or exists (select 1 from messages where queue = _t.queue and state = 3 and whole) then
    return concat_ws(E'\x1f', _facts.moment, '', 0);
  end if;
  if _r ->> 'owner' is not null or _q.taking then
    _owned := own(_t.queue, _r ->> 'owner', (_r ->> 'leaseMs')::bigint, (_r ->> 'attemptsMax')::integer, _facts);
    if _owned = 1 then
      return concat_ws(E'\x1f', _facts.moment, (select owner_until from queues where id = _t.queue) - _facts.moment, 1);
    elsif _owned = 2 then
      return concat_ws(E'\x1f', _facts.moment, '0', 3);
    end if;
  end if;
  loop
    if promote_due(_t.queue, _facts.moment) then
      _t.front_place := null;
    end if;
    _t.passed := 0;
    _t.taken := 0;
    _t.bytes := 0;
    _t.buried := 0;
    _t.stopped := false;
    _t.late := '{}';
    _t.records := '{}';
    _t := take(_t, (_r ->> 'attemptsMax')::integer, _facts);
    exit when _t.taken > 0 or _t.stopped or (_t.buried = 0 and _t.front_place is null);
    _t.front_place := null;
  end loop;
  if _t.taken > 0 then
    perform tally(_t.queue, _leased => _t.taken);
    _head := concat_ws(E'\x1f', _facts.moment, '', 0);
    if _t.passed > 2000 then
      _head := concat_ws(E'\x1f', _head, _t.front_level, _t.first);
    end if;
    return array_to_string(_head || _t.records, E'\x1e');
  end if;
  return concat_ws(
    E'\x1f', _facts.moment,
    coalesce(case when (_r ->> 'waits')::boolean then next_change(_t.queue) - _facts.moment end::text, ''),
    case when _t.stopped then 2 else 0 end
  );
end $$;

-- Request: now, queue (name), leaseMs, unbegun (how many of the last leases), leases: [[seq, lease], …].
-- Reply: a digit per lease: 1 where it was live and is extended, else 0.
create function extend_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _queue constant integer := queue_of(_r ->> 'queue');
  _count constant integer := jsonb_array_length(_r -> 'leases');
  _moment bigint;
  _expires bigint;
  _lease jsonb;
  _at integer;
  _answer text[] := array_fill('0'::text, array[_count]);
  _live boolean := false;
begin
  -- Rows are locked in one order, as by writes.
  perform 1 from messages
    where seq = any (array(select (value ->> 0)::bigint from jsonb_array_elements(_r -> 'leases'))) order by seq for update;
  _moment := moment_of(_r ->> 'now');
  _expires := _moment + (_r ->> 'leaseMs')::bigint;
  for _lease, _at in select value, ordinality from jsonb_array_elements(_r -> 'leases') with ordinality loop
    update messages set expires = _expires, unbegun = _at > _count - (_r ->> 'unbegun')::integer
      where seq = (_lease ->> 0)::bigint and lease = (_lease ->> 1)::bigint and state = 0 and queue + 0 = _queue;
    if found then
      _answer[_at] := '1';
      _live := true;
    end if;
  end loop;
  -- All leases of an exclusive queue are its owner's.
  if _live then
    update queues set owner_until = greatest(owner_until, _expires) where id = _queue and owner is not null;
  end if;
  return array_to_string(_answer, '');
end $$;

-- Request: queue (name), consumer. Reply: empty.
create function leave_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set jit = off as $$
declare
  _r constant jsonb := _request::jsonb;
  _queue constant integer := queue_of(_r ->> 'queue');
begin
  update queues set owner = null, owner_until = 0 where id = _queue and owner = _r ->> 'consumer';
  if found then
    perform wake(_queue);
  end if;
  return '';
end $$;

-- The channel of hints, and what the store needs of its session. Request: empty. Reply: channel, isolation, encoding, in recovery, whether the
-- user may vacuum.
create function connect_1(_request text) returns text language sql
set search_path from current as $$
  select concat_ws(
    E'\x1f', hint_channel(), current_setting('transaction_isolation'), current_setting('server_encoding'),
    pg_is_in_recovery()::integer,
    case
      when pg_has_role(current_user, relowner, 'usage') then 1
      when current_setting('server_version_num')::integer < 170000 then 0
      else has_table_privilege(oid, 'maintain')::integer
    end
  ) from pg_class where oid = 'messages'::regclass
$$;

-- The process of the server in which this runs. Request: empty. Reply: its number.
create function session_1(_request text) returns text language sql as $$
  select pg_backend_pid()::text
$$;

-- Session locks of one who waits for a queue. Request: a name. Reply: the number of the queue, which hints tell.
create function wait_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set jit = off as $$
declare
  _queue constant integer := queue_of(_request);
begin
  perform hold_slots(_queue);
  return _queue::text;
end $$;

create function wait_no_more_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set jit = off as $$
declare
  _queue constant integer := queue_of(_request);
begin
  perform pg_advisory_unlock_shared(wait_class(), _queue * 16 + slot) from generate_series(0, 15) slot;
  return '';
end $$;
