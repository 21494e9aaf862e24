-- What people change. Each request has now, lettersMax, locks, queue (name) and write (the id): the same id again answers as before.

-- Request: paused. Reply: empty.
create function pause_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set jit = off as $$
declare
  _r constant jsonb := _request::jsonb;
  _queue constant integer := queue_of(_r ->> 'queue');
begin
  if begun_before(_r ->> 'write', moment_of(_r ->> 'now')) is null then
    update queues set paused = (_r ->> 'paused')::boolean where id = _queue;
    perform wake(_queue);
  end if;
  return '';
end $$;

-- The blocked messages that a target names, the oldest first. Target: {key}, {id}, "queue" or "all".
create function blocked_targets(_queue integer, _target jsonb, _limit integer) returns bigint[] language plpgsql as $$
begin
  if _target ? 'key' then
    return array(select seq from messages
      where queue = _queue and key = _target ->> 'key' and state in (0, 1, 3) and state = 3 and not whole limit _limit);
  elsif _target ? 'id' then
    return array(select seq from messages where queue = _queue and state = 3 and id = _target ->> 'id'
      order by aside limit least(1, _limit));
  elsif _target = '"queue"' then
    return array(select seq from messages where queue = _queue and state = 3 and whole order by aside limit _limit);
  end if;
  return array(select seq from messages where queue = _queue and state = 3 order by aside limit _limit);
end $$;

-- As many of the messages, in their order, as have no more bytes together; one at least.
create function fitting(_seqs bigint[], _bytes_max bigint) returns bigint[] language sql stable as $$
  select array(
    select seq from (
      select seq, n, sum(size) over (order by n) as bytes
      from unnest(_seqs) with ordinality s (seq, n) join messages using (seq)
    ) sized where n = 1 or bytes <= _bytes_max order by n
  )
$$;

-- Request: target, decision, limit, bytesMax. Reply: how many, and whether more are left.
create function unblock_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _facts call_facts;
  _queue integer;
  _before text;
  _seqs bigint[];
  _seq bigint;
  _place bigint;
  _m record;
  _promoted integer := 0;
  _done bigint;
begin
  perform take_locks(_r -> 'locks');
  _facts.moment := moment_of(_r ->> 'now');
  _facts.letters_max := (_r ->> 'lettersMax')::integer;
  _queue := queue_of(_r ->> 'queue');
  _before := begun_before(_r ->> 'write', _facts.moment);
  if _before is not null then
    return _before;
  end if;
  _seqs := fitting(blocked_targets(_queue, _r -> 'target', (_r ->> 'limit')::integer), (_r ->> 'bytesMax')::bigint);
  _place := next_place();
  foreach _seq in array _seqs loop
    case _r ->> 'decision'
      when 'retry' then
        update messages set state = 0, failures = 0, whole = false, aside = null, due = null, cause = null where seq = _seq;
      when 'skip' then
        delete from messages where seq = _seq returning key, dedupe, id into _m;
        perform forget_dedupe(_queue, _m.dedupe, _m.id) where _m.dedupe is not null;
        _promoted := _promoted + promote_follower(_queue, _m.key, _place);
      when 'reject' then
        select _promoted + bury(_seq, cause, _facts, _place) into _promoted from messages where seq = _seq;
        update messages set whole = false where seq = _seq;
    end case;
    _place := _place + 1;
  end loop;
  _done := cardinality(_seqs);
  perform tally(
    _queue, _blocked => -_done, _waiting => -_promoted, _purged => case _r ->> 'decision' when 'skip' then _done else 0 end,
    _dead => case _r ->> 'decision' when 'reject' then _done else 0 end
  );
  perform trim_letters(_queue, _facts.letters_max);
  perform wake(_queue);
  return answer_with(_r ->> 'write', cardinality(_seqs) || ' ' || (
    jsonb_typeof(_r -> 'target') = 'string' and cardinality(blocked_targets(_queue, _r -> 'target', 1)) > 0
  )::integer);
end $$;

-- Puts a dead letter at the end of its key or level, at attempt 1. A payload of null leaves it as it is.
create function redrive_one(_seq bigint, _payload text, _size integer, _moment bigint, _place bigint) returns void
language plpgsql as $$
declare
  _m record;
begin
  update messages set
    state = state_in_line(queue, key), place = _place, at = _moment, failures = 0, suspicion = 0, returned = 0,
    unbegun = false, begins = null, mark = null, aside = null, due = null, cause = null,
    payload = coalesce(_payload, payload), size = coalesce(_size, size)
    where seq = _seq returning queue, state into _m;
  perform tally(_m.queue, _dead => -1, _waiting => (_m.state = 2)::integer);
end $$;

-- Request: letters: [[position, id, payload, bytes], …], bytesMax. Reply: how many were redriven, and how many seen.
create function redrive_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _moment bigint;
  _queue integer;
  _before text;
  _letter jsonb;
  _m record;
  _place bigint;
  _bytes bigint := 0;
  _count integer := 0;
  _seen integer := 0;
begin
  perform take_locks(_r -> 'locks');
  _moment := moment_of(_r ->> 'now');
  _queue := queue_of(_r ->> 'queue');
  _before := begun_before(_r ->> 'write', _moment);
  if _before is not null then
    return _before;
  end if;
  perform promote_due(_queue, _moment);
  _place := next_place();
  for _letter in select value from jsonb_array_elements(_r -> 'letters') loop
    select seq, size into _m from messages
      where queue = _queue and state = 4 and aside = (_letter ->> 0)::bigint and id = _letter ->> 1;
    if found then
      _bytes := _bytes + coalesce((_letter ->> 3)::integer, _m.size);
      exit when _count > 0 and _bytes > (_r ->> 'bytesMax')::bigint;
      perform redrive_one(_m.seq, _letter ->> 2, (_letter ->> 3)::integer, _moment, _place);
      _place := _place + 1;
      _count := _count + 1;
    end if;
    _seen := _seen + 1;
  end loop;
  perform wake(_queue);
  return answer_with(_r ->> 'write', _count || ' ' || _seen);
end $$;

-- Request: after (a position), seenMax, limit, ids (or null), bytesMax. Reply: how many, how many seen, and the last position seen where more
-- letters follow, else "".
create function redrive_from_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _moment bigint;
  _queue integer;
  _before text;
  _m record;
  _place bigint;
  _bytes bigint := 0;
  _count integer := 0;
  _seen integer := 0;
  _last bigint;
  _more boolean := false;
begin
  perform take_locks(_r -> 'locks');
  _moment := moment_of(_r ->> 'now');
  _queue := queue_of(_r ->> 'queue');
  _before := begun_before(_r ->> 'write', _moment);
  if _before is not null then
    return _before;
  end if;
  perform promote_due(_queue, _moment);
  _place := next_place();
  for _m in select seq, size, aside, id from messages
    where queue = _queue and state = 4 and aside > (_r ->> 'after')::bigint
    order by aside limit (_r ->> 'seenMax')::integer + 1
  loop
    if _seen = (_r ->> 'seenMax')::integer or _count = (_r ->> 'limit')::integer
      or (_count > 0 and _bytes + _m.size > (_r ->> 'bytesMax')::bigint) then
      _more := true;
      exit;
    end if;
    _seen := _seen + 1;
    _last := _m.aside;
    continue when jsonb_typeof(_r -> 'ids') = 'array' and not (_r -> 'ids') ? _m.id;
    perform redrive_one(_m.seq, null, null, _moment, _place);
    _place := _place + 1;
    _count := _count + 1;
    _bytes := _bytes + _m.size;
  end loop;
  perform wake(_queue);
  return answer_with(_r ->> 'write', concat_ws(' ', _count, _seen, case when _more then _last else null end));
end $$;

-- Deletes messages that are ready, delayed or waiting, and counts them as purged.
create function purge_these(_queue integer, _seqs bigint[]) returns void language plpgsql as $$
declare
  _m record;
  _delayed bigint := 0;
  _waiting bigint := 0;
begin
  for _m in delete from messages where seq = any (_seqs) returning state, dedupe, id loop
    perform forget_dedupe(_queue, _m.dedupe, _m.id) where _m.dedupe is not null;
    _delayed := _delayed + (_m.state in (1, 5))::integer;
    _waiting := _waiting + (_m.state = 2)::integer;
  end loop;
  perform tally(_queue, _purged => cardinality(_seqs), _delayed => -_delayed, _waiting => -_waiting);
end $$;

-- What a purge deletes next: ready messages by priority and in order, each with its followers; then delayed ones by due time, likewise;
-- then followers of a head that stays.
create function purge_next(_queue integer, _limit integer) returns bigint[] language plpgsql as $$
declare
  _seqs bigint[] := '{}';
  _m record;
begin
  for _m in
    select * from (
      select seq, key, state from messages where queue = _queue and state = 0 and lease is null
        order by level desc, place limit _limit for update skip locked
    ) ready
    union all
    select * from (
      select seq, key, state from messages where queue = _queue and state in (1, 5)
        order by due, seq limit _limit for update skip locked
    ) delayed
  loop
    exit when cardinality(_seqs) >= _limit;
    _seqs := array_append(_seqs, _m.seq);
    -- What was never in line has no followers.
    continue when _m.key is null or _m.state = 5;
    _seqs := _seqs || array(select seq from messages where queue = _queue and key = _m.key and state = 2
      order by place limit _limit - cardinality(_seqs));
  end loop;
  return _seqs || array(
    select seq from messages where queue = _queue and state = 2 and not seq = any (_seqs) limit _limit - cardinality(_seqs)
  );
end $$;

-- Request: limit, followersOf (a key, or null). Reply: how many, and whether more are left.
create function purge_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _limit constant integer := (_r ->> 'limit')::integer;
  _key constant text := _r ->> 'followersOf';
  _moment bigint;
  _queue integer;
  _before text;
  _seqs bigint[];
  _keys text[];
  _place bigint;
  _more boolean;
begin
  perform take_locks(_r -> 'locks');
  _moment := moment_of(_r ->> 'now');
  _queue := queue_of(_r ->> 'queue');
  _before := begun_before(_r ->> 'write', _moment);
  if _before is not null then
    return _before;
  end if;
  if _key is not null then
    perform promote_due(_queue, _moment);
    _seqs := array(select seq from messages where queue = _queue and key = _key and state = 2 order by place limit _limit);
    perform purge_these(_queue, _seqs);
    _more := exists (select 1 from messages where queue = _queue and key = _key and state = 2);
  else
    _seqs := purge_next(_queue, _limit);
    -- A head whose followers do not all go with it leaves its key to the next one.
    _keys := array(select key from messages where seq = any (_seqs) and key is not null and state in (0, 1) order by place);
    perform purge_these(_queue, _seqs);
    _place := next_place();
    perform tally(_queue, _waiting => -promote_followers(_queue, _keys, _place));
    _more := exists (select 1 from messages where queue = _queue and state = 0 and lease is null)
      or exists (select 1 from messages where queue = _queue and state in (1, 5))
      or exists (select 1 from messages where queue = _queue and state = 2);
  end if;
  return answer_with(_r ->> 'write', cardinality(_seqs) || ' ' || _more::integer);
end $$;
