-- Draws the number of a call that appends; see log_bound. The locks of its streams are taken before.
create function log_draw() returns bigint language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(lock_class('append'),
    (coalesce(pg_sequence_last_value('log_calls'), 0) & 2147483647)::integer);
  return nextval('log_calls');
end $$;
