-- The steps of queues.

-- ["e", queue, id, payload, bytes, key, stripe, headers, delay ms, level, expires in ms, dedupe id, window ms (-1: without end), mark]
create function apply_enqueue(_facts call_facts, _step jsonb, _place bigint) returns text language plpgsql as $$
declare
  _queue constant integer := _facts.queues[(_step ->> 1)::integer];
  _id constant text := _step ->> 2;
  _key constant text := _step ->> 5;
  _delay constant bigint := (_step ->> 8)::bigint;
  _dedupe constant text := _step ->> 11;
  _window constant bigint := (_step ->> 12)::bigint;
  _first text;
  _state smallint;
begin
  if _dedupe is not null then
    if _window <> 0 then
      insert into dedupes as d (queue, id, message, until)
        values (_queue, _dedupe, _id, case when _window > 0 then _facts.moment + _window end)
        on conflict (queue, id) do update set message = excluded.message, until = excluded.until
          where d.until <= _facts.moment;
      if not found then
        select message into _first from dedupes where queue = _queue and id = _dedupe;
      end if;
    else
      select message into _first from dedupes
        where queue = _queue and id = _dedupe and (until is null or until > _facts.moment);
    end if;
    if _first is not null then
      return 'd' || _first;
    end if;
  end if;
  insert into messages
    (seq, place, at, first_at, due, begins, queue, size, stripe, state, level, id, key, mark, dedupe, headers, payload)
  values (
    _place, _place, _facts.moment, _facts.moment, case when _delay > 0 then _facts.moment + _delay end,
    _facts.moment + (_step ->> 10)::bigint, _queue, (_step ->> 4)::integer, (_step ->> 6)::smallint,
    case when _delay > 0 then 5 else state_in_line(_queue, _key) end, (_step ->> 9)::smallint,
    _id, _key, _step ->> 13, case when _window < 0 then _dedupe end, _step ->> 7, _step ->> 3
  ) returning state into _state;
  perform tally(_queue, _enqueued => 1, _waiting => (_state = 2)::integer, _delayed => (_state = 5)::integer);
  return null;
end $$;

-- ["s", queue, seq, lease, outcome, delay ms, cause, attempts max]
-- outcome: a ack, l release, u release of what nobody had in hand, r retry, j reject, b block its key, B block the queue.
create function check_settle(_facts call_facts, _step jsonb) returns text language plpgsql as $$
begin
  perform 1 from messages
    where seq = (_step ->> 2)::bigint and lease = (_step ->> 3)::bigint and state = 0
      and queue + 0 = _facts.queues[(_step ->> 1)::integer];
  return case when not found then 'LEASE_LOST:' end;
end $$;

create function apply_settle(_facts call_facts, _step jsonb, _place bigint) returns text language plpgsql as $$
declare
  _queue constant integer := _facts.queues[(_step ->> 1)::integer];
  _seq constant bigint := (_step ->> 2)::bigint;
  _outcome constant text := _step ->> 4;
  _due constant bigint := case when (_step ->> 5)::bigint > 0 then _facts.moment + (_step ->> 5)::bigint end;
  _cause constant text := _step ->> 6;
  _m record;
begin
  if _outcome = 'a' then
    delete from messages where seq = _seq returning key, dedupe, id into _m;
    if _m.dedupe is not null then
      perform forget_dedupe(_queue, _m.dedupe, _m.id);
    end if;
    perform tally(_queue, _acked => 1, _leased => -1, _waiting => -promote_follower(_queue, _m.key, _place));
    return null;
  end if;
  if _outcome in ('l', 'u') then
    update messages set
      lease = null, expires = null, unbegun = false, returned = returned + (_outcome = 'l')::integer,
      state = case when _due is null then 0 else 1 end, due = _due
      where seq = _seq;
    perform tally(_queue, _leased => -1, _delayed => (_due is not null)::integer);
    return null;
  end if;
  update messages set
    lease = null, expires = null, unbegun = false, returned = 0, suspicion = 0, failures = failures + 1,
    history = noted(history, _facts.moment, _cause)
    where seq = _seq returning failures into _m;
  if _outcome in ('b', 'B') then
    update messages set state = 3, whole = _outcome = 'B', aside = _place, due = _facts.moment, cause = _cause
      where seq = _seq;
    perform tally(_queue, _leased => -1, _blocked => 1);
    return null;
  end if;
  if _outcome = 'r' and _m.failures < (_step ->> 7)::integer then
    if _due is not null then
      update messages set state = 1, due = _due where seq = _seq;
    end if;
    perform tally(_queue, _leased => -1, _delayed => (_due is not null)::integer);
    return null;
  end if;
  perform tally(_queue, _leased => -1, _dead => 1, _waiting => -bury(_seq, _cause, _facts, _place));
  perform trim_letters(_queue, _facts.letters_max);
  return case when _outcome = 'r' then 'j' end;
end $$;
