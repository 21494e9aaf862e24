-- Many acks at once: for calls in which each list is one ack. Where all of them may be done they are one delete a lease, else nothing is done,
-- and the client sends the same by write_1.

-- Request: now, locks, queues, woken, ids (of the writes), acks: [[queue, lease, "{seq,…}"], …], in the order of the steps.
-- Reply: "1" where all is done; "" where nothing is, since a write was done before, or a lease is lost.
create function ack_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _moment bigint;
  _queues integer[];
  _queue integer;
  _place bigint;
  _done integer;
  _promoted integer;
  _ack jsonb;
  _seqs bigint[];
  _keys text[];
begin
  perform take_locks(_call -> 'locks');
  _moment := moment_of(_call ->> 'now');
  _queues := queues_of(_call -> 'queues');
  _place := next_place();
  begin
    insert into writes (id, at) select value, _moment from jsonb_array_elements_text(_call -> 'ids') on conflict do nothing;
    get diagnostics _done = row_count;
    if _done < jsonb_array_length(_call -> 'ids') then
      raise exception using errcode = 'SLREF';
    end if;
    for _ack in select value from jsonb_array_elements(_call -> 'acks') loop
      _queue := _queues[(_ack ->> 0)::integer];
      _seqs := (_ack ->> 2)::bigint[];
      _promoted := 0;
      if jsonb_array_length(_call -> 'locks') = 0 then
        with gone as (
          delete from messages
            where seq = any (_seqs) and lease = (_ack ->> 1)::bigint and state = 0 and queue + 0 = _queue
            returning dedupe, id
        ), forgotten as (
          select forget_dedupe(_queue, dedupe, id) from gone where dedupe is not null offset 0
        )
        select count(*) + 0 * (select count(*) from forgotten) into _done from gone;
      else
        with gone as (
          delete from messages
            where seq = any (_seqs) and lease = (_ack ->> 1)::bigint and state = 0 and queue + 0 = _queue
            returning seq, key, dedupe, id
        ), forgotten as (
          select forget_dedupe(_queue, dedupe, id) from gone where dedupe is not null offset 0
        )
        select count(*) + 0 * (select count(*) from forgotten), array_agg(key order by array_position(_seqs, seq)) into _done, _keys
          from gone;
        _promoted := promote_followers(_queue, _keys, _place);
        _place := _place + _done;
      end if;
      if _done < cardinality(_seqs) then
        raise exception using errcode = 'SLREF';
      end if;
      perform tally(_queue, _acked => _done, _leased => -_done, _waiting => -_promoted);
    end loop;
  exception when sqlstate 'SLREF' then
    return '';
  end;
  for _queue in select value::integer from jsonb_array_elements_text(_call -> 'woken') loop
    perform wake(_queues[_queue]);
  end loop;
  return '1';
end $$;
