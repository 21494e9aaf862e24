-- Takes messages from the line of a queue.

-- One leased message, as a record of a reply.
create function lease_record(_m messages) returns text language sql stable as $$
  select concat_ws(
    E'\x1f', _m.seq, coalesce(_m.stripe::text, ''), _m.id, coalesce('=' || _m.key, ''), coalesce(_m.headers, ''),
    _m.failures, case when _m.suspicion > 0 then '1' else '' end, _m.at, _m.first_at, _m.payload
  )
$$;

-- What a lease asks for, and how far it got. The late ones are dead-lettered once the others are taken: what follows them comes with the next
-- lease. "drained": whether the level of the latest run has no more. front_level and front_place: where the line begins, if it is not read
-- from its very front; passed: how many that could not be leased it passed from its very front on, if it was; first: the
-- place of the first one that it came to.
create type taking as (
  queue integer, lease bigint, expires bigint, max integer, bytes_max bigint, deliveries_max integer, hands integer,
  front_level integer, front_place bigint, passed bigint, first bigint, taken integer, bytes bigint, buried integer, drained boolean, stopped boolean, late bigint[], records text[]
);

-- The levels that have a message to be leased, the highest first. Where the line begins at a front, that is the first of them.
create function levels_of(_t taking) returns integer[] language plpgsql as $$
declare
  _levels integer[] := case when _t.front_place is null then '{}' else array[_t.front_level] end;
  _level integer := case when _t.front_place is null then 10 else _t.front_level end;
begin
  loop
    select level into _level from messages where queue = _t.queue and state = 0 and level < _level and lease is null
      order by level desc, place limit 1;
    exit when _level is null;
    _levels := array_append(_levels, _level);
  end loop;
  return _levels;
end $$;

-- Which of several levels has its turn. Of the messages leased while several have some, every eighth comes from a lower one than the highest;
-- these take turns: the next one below the one that was served last.
create function level_in_turn(_levels integer[], _turn integer, _served integer) returns integer language plpgsql
immutable as $$
declare
  _level integer;
begin
  if cardinality(_levels) = 1 or _turn < 7 then
    return _levels[1];
  end if;
  foreach _level in array _levels[2:] loop
    if _level < _served then
      return _level;
    end if;
  end loop;
  return _levels[2];
end $$;

-- Why a message is dead-lettered instead of begun; null where it is not.
create function why_not_begun(_begins bigint, _returned integer, _deliveries_max integer, _moment bigint) returns text
language sql immutable as $$
  select case
    when _begins < _moment then 'expired before it was begun'
    when _returned >= _deliveries_max then 'handed over ' || _deliveries_max || ' times without a settlement'
  end
$$;

-- Takes up to _run messages of one level, in order, each looked at by itself. A suspect comes alone, and only into hands that may have it.
create function take_run(_t taking, _level integer, _run integer, _facts call_facts) returns taking
language plpgsql as $$
declare
  _from constant bigint := case when _level = _t.front_level and _t.front_place is not null then _t.front_place else 0 end;
  _m messages;
  _seqs bigint[];
  _seq bigint;
begin
  -- One more than it takes tells whether that is all.
  _seqs := array(
    select seq from messages
      where queue = _t.queue and state = 0 and level = _level and place >= _from and lease is null and not seq = any (_t.late)
      order by level desc, place limit _run + 1 for update skip locked
  );
  _t.drained := cardinality(_seqs) <= _run;
  foreach _seq in array _seqs[:_run] loop
    select * into _m from messages where seq = _seq;
    if why_not_begun(_m.begins, _m.returned, _t.deliveries_max, _facts.moment) is not null then
      _t.late := array_append(_t.late, _seq);
      continue;
    end if;
    if (_m.suspicion > 0 and (_t.taken > 0 or _m.suspicion > _t.hands))
      or (_t.taken > 0 and _t.bytes + _m.size > _t.bytes_max) then
      _t.stopped := true;
      exit;
    end if;
    update messages set lease = _t.lease, expires = _t.expires, unbegun = false where seq = _seq;
    _t.records := array_append(_t.records, lease_record(_m));
    _t.taken := _t.taken + 1;
    _t.bytes := _t.bytes + _m.size;
    if _m.suspicion > 0 then
      _t.stopped := true;
      exit;
    end if;
  end loop;
  return _t;
end $$;

-- Dead-letters what was too late. A key whose stripe is not to be had is left for the next lease, which finds it late again.
create function bury_late(_t taking, _facts call_facts) returns integer language plpgsql as $$
declare
  _m record;
  _place constant bigint := next_place();
  _buried integer := 0;
  _promoted integer := 0;
begin
  for _m in
    select seq, stripe, why_not_begun(begins, returned, _t.deliveries_max, _facts.moment) as why
      from unnest(_t.late) with ordinality l (seq, n) join messages using (seq) order by n
  loop
    continue when _m.stripe is not null and not try_lock(_m.stripe);
    _promoted := _promoted + bury(_m.seq, _m.why, _facts, _place + _buried);
    _buried := _buried + 1;
  end loop;
  perform tally(_t.queue, _dead => _buried, _waiting => -_promoted);
  perform trim_letters(_t.queue, _facts.letters_max);
  return _buried;
end $$;

-- Takes messages by levels in turn. The queue's row is written only where several levels have some.
create function take_by_turns(_t taking, _facts call_facts) returns taking language plpgsql as $$
declare
  _levels integer[] := levels_of(_t);
  _several constant boolean := cardinality(_levels) > 1;
  _turn integer := 0;
  _served integer := 0;
  _level integer;
  _run integer;
  _before integer;
begin
  if _several then
    select turn, served into _turn, _served from queues where id = _t.queue for update;
  end if;
  while _t.taken < _t.max and not _t.stopped and cardinality(_levels) > 0 loop
    _level := level_in_turn(_levels, _turn, _served);
    _run := least(1000, _t.max - _t.taken);
    if cardinality(_levels) > 1 then
      _run := least(_run, case when _turn < 7 then 7 - _turn else 1 end);
    end if;
    _before := _t.taken;
    _t := take_run(_t, _level, _run, _facts);
    if cardinality(_levels) > 1 and _t.taken > _before then
      if _turn = 7 then
        _served := _level;
      end if;
      _turn := (_turn + _t.taken - _before) % 8;
    end if;
    if _t.drained and not _t.stopped then
      _levels := array_remove(_levels, _level);
    end if;
  end loop;
  if _several and _t.taken > 0 then
    update queues set turn = _turn, served = _served where id = _t.queue;
  end if;
  if cardinality(_t.late) > 0 then
    _t.buried := bury_late(_t, _facts);
  end if;
  return _t;
end $$;

-- How many entries of the line this session has read. Those whose row is gone count as long as a transaction may see it.
create function line_read() returns bigint language plpgsql as $$
begin
  return pg_stat_get_xact_tuples_returned('messages_line'::regclass);
end $$;

-- Takes what comes next: in one go where it is all alike, else by turns.
create function take(_t taking, _attempts_max integer, _facts call_facts) returns taking language plpgsql as $$
declare
  _p record;
  _read bigint;
  _reaped integer := 0;
begin
  if _t.front_place is not null and exists (
    select 1 from messages
      where queue = _t.queue and state = 0 and level > _t.front_level and (lease is null or expires <= _facts.moment)
  ) then
    _t.front_place := null;
  end if;
  loop
    _read := line_read();
    select count(*) as count, sum(size) as bytes, max(level) as high, min(level) as low, min(place) as first, array_agg(ctid) as ctids,
        bool_or(lease is not null) as ended, bool_or(suspicion > 0 or returned > 0 or begins is not null) as special
      into _p
      from (
        select * from (
          select ctid, size, level, place, lease, suspicion, returned, begins from messages
            where _t.front_place is null and queue = _t.queue and state = 0 and (lease is null or expires <= _facts.moment)
            order by level desc, place limit _t.max for update skip locked
        ) whole
        union all
        select * from (
          select ctid, size, level, place, lease, suspicion, returned, begins from messages
            where queue = _t.queue and state = 0 and level = _t.front_level and place >= _t.front_place
              and (lease is null or expires <= _facts.moment)
            order by level desc, place limit _t.max for update skip locked
        ) behind
      ) next;
    exit when _t.front_place is null or _p.count = _t.max;
    -- What stands behind the front does not fill the request, so all is looked at.
    _t.front_place := null;
  end loop;
  if _p.count = 0 then
    return _t;
  end if;
  if _t.front_place is null and _p.high = _p.low then
    _t.passed := line_read() - _read - _p.count;
    _t.front_level := _p.high;
    _t.first := _p.first;
  end if;
  if _p.ended then
    _reaped := reap(_t.queue, false, _attempts_max, _facts);
  end if;
  if _p.ended or _p.special or _p.bytes > _t.bytes_max or _p.high > _p.low or (_p.high > 0 and exists (
    select 1 from messages where queue = _t.queue and state = 0 and level < _p.low and lease is null
  )) then
    _t := take_by_turns(_t, _facts);
    _t.buried := _t.buried + _reaped;
    return _t;
  end if;
  -- As lease_record has it; a whole row as an argument would be put together for each of them.
  with taken as (
    update messages set lease = _t.lease, expires = _t.expires, unbegun = false where ctid = any (_p.ctids)
      returning place, concat_ws(
        E'\x1f', seq, coalesce(stripe::text, ''), id, coalesce('=' || key, ''), coalesce(headers, ''), failures, '', at,
        first_at, payload
      ) as record
  )
  select array[string_agg(record, E'\x1e' order by place)], count(*) into _t.records, _t.taken
    from taken;
  return _t;
end $$;
