-- The first place that is not sure yet: below it every event that will ever be there is seen by a statement that begins after this call.
--
-- Who appends takes a shared lock that names the last number drawn at that time, then draws a higher one, and holds the lock until its
-- transaction has ended. So, in this order: the last number drawn so far; then the least that somebody who appends holds. What stands at
-- numbers up to both was appended by transactions that have ended, since a transaction is seen before it lets its locks go. Other
-- transactions have no such lock, so whatever stays open in this server holds nobody up.
-- The lock has 31 bits of the number: who appends is never that far behind.
create function log_bound() returns bigint language plpgsql as $$
declare
  drawn bigint := coalesce(pg_sequence_last_value('log_calls'), 0);
  held bigint;
begin
  select min(drawn - ((drawn - l.objid::bigint) & 2147483647)) into held
    from pg_locks l
    where l.locktype = 'advisory' and l.objsubid = 2 and l.classid::bigint = lock_class('append') and l.granted
      and l.database = (select d.oid from pg_database d where d.datname = current_database());
  return (least(drawn, held) + 1) << 16;
end $$;
