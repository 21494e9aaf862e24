-- What people look at.

-- The common fields of a stored message, as part of a record.
create function stored_record(_m messages) returns text language sql stable as $$
  select concat_ws(
    E'\x1f', _m.id, coalesce('=' || _m.key, ''), coalesce(_m.headers, ''), _m.failures, _m.at, _m.first_at,
    coalesce(array_to_string(_m.history, E'\x1d'), ''), _m.payload
  )
$$;

-- Request: now, queue (name). Reply: eleven fields, in the order of QueueStats.
create function stats_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _queue constant integer := queue_of(_r ->> 'queue');
  _moment constant bigint := moment_of(_r ->> 'now');
begin
  perform refuse_standby();
  perform promote_due(_queue, _moment);
  perform add_many_tallies();
  -- One statement, so one snapshot. What is due and was not taken up yet is ready.
  return (
    select concat_ws(
      E'\x1f', c.enqueued, c.enqueued - c.acked - c.purged - c.waiting - c.delayed - c.leased - c.blocked - c.dead + due.count,
      c.waiting, c.delayed - due.count, c.leased, c.blocked, c.acked, c.dead, c.purged, q.paused::integer,
      exists (select 1 from messages where queue = _queue and state = 3 and whole)::integer
    )
    from (select paused from queues where id = _queue) q,
      (select coalesce(sum(enqueued), 0) as enqueued, coalesce(sum(acked), 0) as acked, coalesce(sum(purged), 0) as purged,
          coalesce(sum(waiting), 0) as waiting, coalesce(sum(delayed), 0) as delayed, coalesce(sum(leased), 0) as leased,
          coalesce(sum(blocked), 0) as blocked, coalesce(sum(dead), 0) as dead
        from (
          select * from counts where queue = _queue union all select * from tallies where queue = _queue
        ) told) c,
      (select count(*) as count from messages where queue = _queue and state in (1, 5) and due <= _moment) due
  );
end $$;

-- A lease past its end is leasable in its place, and so it is shown there before somebody has taken it up.
-- Request: now, queue (name), limit, bytesMax. Reply: stored messages.
create function peek_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _queue constant integer := queue_of(_r ->> 'queue');
  _moment constant bigint := moment_of(_r ->> 'now');
begin
  perform refuse_standby();
  perform promote_due(_queue, _moment);
  return (
    select coalesce(string_agg(stored_record(m), E'\x1e' order by m.level desc, m.place), '')
    from (
      select seq, sum(size) over (order by level desc, place) as bytes, row_number() over (order by level desc, place) as n
      from (
        select seq, size, level, place from messages
          where queue = _queue and state = 0 and (lease is null or expires <= _moment)
          order by level desc, place limit (_r ->> 'limit')::integer
      ) next
    ) fit join messages m using (seq)
    where fit.n = 1 or fit.bytes <= (_r ->> 'bytesMax')::bigint
  );
end $$;

-- Request: now, queue (name), keys. Reply: a record per key: empty where it is free, else whether its head is blocked, and its mark.
create function heads_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _r constant jsonb := _request::jsonb;
  _queue constant integer := queue_of(_r ->> 'queue');
begin
  perform refuse_standby();
  perform promote_due(_queue, moment_of(_r ->> 'now'));
  return (
    select coalesce(string_agg(coalesce(head.told, ''), E'\x1e' order by k.ordinality), '')
    from jsonb_array_elements_text(_r -> 'keys') with ordinality k left join lateral (
      select (case when state = 3 then '1' else '0' end) || coalesce('=' || mark, '') as told
      from messages where queue = _queue and key = k.value and state in (0, 1, 3)
    ) head on true
  );
end $$;

-- Messages that are set aside, by position. Request: queue (name), after (a position, as text), limit, bytesMax.
-- Reply: first a record: "1" where more follow. Then of each: position, since ms, whether it halts the queue, cause, and the stored message.
create function page_aside(_queue integer, _state integer, _r jsonb) returns text language plpgsql as $$
declare
  _limit constant integer := (_r ->> 'limit')::integer;
  _bytes bigint := 0;
  _count integer := 0;
  _m messages;
  _records text[] := '{}';
  _more text := '';
begin
  perform refuse_standby();
  for _m in execute format(
    'select * from messages where queue = $1 and state = %s and aside > $2 order by aside limit $3', _state
  ) using _queue, (_r ->> 'after')::bigint, _limit + 1 loop
    _bytes := _bytes + _m.size;
    if _count = _limit or (_count > 0 and _bytes > (_r ->> 'bytesMax')::bigint) then
      _more := '1';
      exit;
    end if;
    _count := _count + 1;
    _records := array_append(
      _records, concat_ws(E'\x1f', _m.aside, _m.due, _m.whole::integer, _m.cause, stored_record(_m))
    );
  end loop;
  return array_to_string(_more || _records, E'\x1e');
end $$;

create function blocked_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
begin
  return page_aside(queue_of(_request::jsonb ->> 'queue'), 3, _request::jsonb);
end $$;

create function dead_letters_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
begin
  return page_aside(queue_of(_request::jsonb ->> 'queue'), 4, _request::jsonb);
end $$;
