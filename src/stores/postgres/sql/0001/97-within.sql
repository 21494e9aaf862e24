-- What a write within a transaction of the user's needs beside it.

-- Makes queues, which a transaction of its own does: else a queue whose first message ever is written in a transaction that stays open would
-- keep everybody waiting who names it. Request: names. Reply: empty.
create function make_queues_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set jit = off as $$
begin
  perform queues_of(_request::jsonb);
  return '';
end $$;
