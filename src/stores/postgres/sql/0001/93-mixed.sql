-- Many short lists of several kinds at once. What a step of one kind does has nothing to do with those of another kind here (write/mixed.ts sees
-- to that), so each kind goes to the function that does many of it in one go. All is done, or nothing.

-- Request: now, locks, ids (of the writes), and the request of enqueue_1, put_1 and ack_1, each or null.
-- Reply: "1" where all is done as asked; "" where nothing is, since a write was done before or a step may not be done: the client sends the same by
-- write_1.
create function mixed_1(_request text) returns text language plpgsql
set search_path from current as $$
declare
  _call constant jsonb := _request::jsonb;
  _moment bigint;
  _done integer;
begin
  perform take_locks(_call -> 'locks');
  _moment := moment_of(_call ->> 'now');
  begin
    insert into writes (id, at) select value, _moment from jsonb_array_elements_text(_call -> 'ids') on conflict do nothing;
    get diagnostics _done = row_count;
    if _done < jsonb_array_length(_call -> 'ids')
      or (case when _call ->> 'ack_1' is not null then ack_1(_call ->> 'ack_1') = '' end)
      or (case when _call ->> 'put_1' is not null then put_1(_call ->> 'put_1') = '' end) then
      raise exception using errcode = 'SLREF';
    end if;
    if _call ->> 'enqueue_1' is not null then
      perform enqueue_1(_call ->> 'enqueue_1');
    end if;
  exception when sqlstate 'SLREF' then
    return '';
  end;
  return '1';
end $$;
