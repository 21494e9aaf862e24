-- The moves of messages between their places that more than one call needs.
-- What reads or changes tables is plpgsql, which keeps its plans for the session; a function in SQL would be planned at each call.

-- The history with one more failure: the latest ten.
create function noted(_history text[], _moment bigint, _cause text) returns text[] language sql immutable as $$
  select case when cardinality(_history) >= 10 then _history[cardinality(_history) - 8:] else coalesce(_history, '{}') end
    || array[_moment::text || ' ' || _cause]
$$;

-- The state of a message that joins the line of its key, whose stripe is held: the head, or a follower.
create function state_in_line(_queue integer, _key text) returns smallint language plpgsql stable as $$
begin
  if _key is not null and exists (select 1 from messages where queue = _queue and key = _key and state in (0, 1, 3)) then
    return 2;
  end if;
  return 0;
end $$;

-- The next message of a key becomes its head, at the end of the line. Answers how many do, for whoever counts: 1, or 0 where none waits.
create function promote_follower(_queue integer, _key text, _place bigint) returns integer language plpgsql as $$
begin
  if _key is null then
    return 0;
  end if;
  update messages set state = 0, place = _place
    where ctid = (select ctid from messages where queue = _queue and key = _key and state = 2 order by place limit 1);
  return found::integer;
end $$;

-- The same for the messages that follow those of these keys, of which each comes once; null where a message had none.
create function promote_followers(_queue integer, _keys text[], _place bigint) returns integer language plpgsql as $$
declare
  _ctids tid[];
  _promoted integer;
begin
  _ctids := array(
    select (select ctid from messages where queue = _queue and key = k.key and state = 2 order by place limit 1)
      from unnest(_keys) with ordinality k (key, n) order by n
  );
  update messages set state = 0, place = _place + array_position(_ctids, ctid) - 1 where ctid = any (_ctids);
  get diagnostics _promoted = row_count;
  return _promoted;
end $$;

-- Frees a dedupe id without an end, once its message has left.
create function forget_dedupe(_queue integer, _dedupe text, _message text) returns void language plpgsql as $$
begin
  delete from dedupes where queue = _queue and id = _dedupe and message = _message and until is null;
end $$;

-- Drops the oldest dead letters above the limit. Whoever dead-letters calls it once it has done so.
create function trim_letters(_queue integer, _letters_max integer) returns void language plpgsql as $$
declare
  _over bigint;
begin
  select sum(dead) - _letters_max into _over from (
      select dead from counts where queue = _queue
      union all
      select dead from tallies where queue = _queue and dead <> 0
    ) told;
  if _over is null or _over <= 0 then
    return;
  end if;
  with dropped as (
    delete from messages where ctid in (
      select ctid from messages where queue = _queue and state = 4 order by aside limit least(_over, 1000) for update skip locked
    ) returning 1
  )
  select count(*) into _over from dropped;
  perform tally(_queue, _purged => _over, _dead => -_over);
end $$;

-- Dead-letters a message; its followers go on. Failures, places and followers are counted by whoever calls: it answers how many followers wait no more.
create function bury(_seq bigint, _cause text, _facts call_facts, _place bigint) returns integer language plpgsql as $$
declare
  _m record;
begin
  select queue, key, dedupe, id into _m from messages where seq = _seq;
  update messages
    set state = 4, aside = _place, due = _facts.moment, cause = _cause, lease = null, expires = null, dedupe = null
    where seq = _seq;
  if _m.dedupe is not null then
    perform forget_dedupe(_m.queue, _m.dedupe, _m.id);
  end if;
  return promote_follower(_m.queue, _m.key, _place);
end $$;

-- Takes up what is due, up to 1,000 of each kind: what was leased before finds its former place, a first delivery joins the end of its line. A
-- key whose stripe is not to be had is left for the next call. Answers whether something found its former place.
create function promote_due(_queue integer, _moment bigint) returns boolean language plpgsql as $$
declare
  _returned boolean;
  _m record;
  _place bigint;
  _state smallint;
  _delayed bigint;
  _waiting bigint := 0;
begin
  if not exists (select 1 from messages where queue = _queue and state in (1, 5) and due <= _moment) then
    return false;
  end if;
  update messages set state = 0, due = null where ctid = any (array(
    select ctid from messages where queue = _queue and state in (1, 5) and state = 1 and due <= _moment
      order by due, seq limit 1000 for update skip locked
  ));
  get diagnostics _delayed = row_count;
  _returned := _delayed > 0;
  _place := next_place();
  for _m in
    select seq, key, stripe from messages where queue = _queue and state in (1, 5) and state = 5 and due <= _moment
      order by due, seq limit 1000 for update skip locked
  loop
    continue when _m.stripe is not null and not try_lock(_m.stripe);
    update messages set state = state_in_line(_queue, _m.key), place = _place, due = null where seq = _m.seq
      returning state into _state;
    _place := _place + 1;
    _delayed := _delayed + 1;
    _waiting := _waiting + (_state = 2)::integer;
  end loop;
  perform tally(_queue, _delayed => -_delayed, _waiting => _waiting);
  return _returned;
end $$;

-- Ends leases: those whose time is over, or all. Answers how many, 1,000 at most. Their ends count as failures, but for those of messages that
-- were not begun, two times in a row at most. Messages out of attempts are dead-lettered.
create function reap(_queue integer, _all boolean, _attempts_max integer, _facts call_facts) returns integer
language plpgsql as $$
declare
  _m record;
  _counted boolean;
  _place bigint;
  _reaped integer := 0;
  _dead integer := 0;
  _promoted integer := 0;
begin
  for _m in
    select seq, failures, suspicion, unbegun, stripe from messages
      where queue = _queue and state = 0 and lease is not null and (_all or expires <= _facts.moment)
      order by level desc, place limit 1000 for update skip locked
  loop
    _counted := not (_m.unbegun and _m.suspicion < 2);
    continue when _counted and _m.failures + 1 >= _attempts_max and _m.stripe is not null and not try_lock(_m.stripe);
    _reaped := _reaped + 1;
    update messages set
      lease = null, expires = null, unbegun = false, suspicion = least(2, suspicion + 1),
      failures = failures + _counted::integer,
      returned = case when _counted then 0 else returned end,
      history = case when _counted then noted(history, _facts.moment, 'lease expired') else history end
      where seq = _m.seq;
    if _counted and _m.failures + 1 >= _attempts_max then
      _place := coalesce(_place + 1, next_place());
      _promoted := _promoted + bury(_m.seq, 'lease expired', _facts, _place);
      _dead := _dead + 1;
    end if;
  end loop;
  perform tally(_queue, _leased => -_reaped, _dead => _dead, _waiting => -_promoted);
  perform trim_letters(_queue, _facts.letters_max);
  return _reaped;
end $$;
