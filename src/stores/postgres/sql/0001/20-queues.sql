-- The tables of queues.

create table queues (
  id integer generated always as identity primary key,
  name text collate "C" not null unique,
  paused boolean not null default false,
  -- The consumer that an exclusive queue belongs to, and until when.
  owner text,
  owner_until bigint not null default 0,
  -- Whether a takeover still ends leases of the former owner.
  taking boolean not null default false,
  -- Of the messages leased while several levels hold some: how many, modulo 8, and the lower level that was served last.
  turn integer not null default 0,
  served integer not null default 0
) with (fillfactor = 50);

-- state: 0 in line, and leased where it has a lease; 1 delayed after it was leased; 2 waiting behind the head of its key; 3 blocked; 4 dead;
-- 5 delayed before it was ever in line.
-- A lease changes no column that an index holds, so it is a HOT update: the fill factor leaves room for it on the page.
create table messages (
  seq bigint primary key,
  place bigint not null,
  lease bigint,
  expires bigint,
  at bigint not null,
  first_at bigint not null,
  -- When a delayed message is due; since when a blocked or dead one is.
  due bigint,
  -- Not begun after this time.
  begins bigint,
  -- The position of a blocked or dead one.
  aside bigint,
  queue integer not null,
  failures integer not null default 0,
  returned integer not null default 0,
  size integer not null,
  stripe smallint,
  state smallint not null,
  level smallint not null,
  suspicion smallint not null default 0,
  unbegun boolean not null default false,
  -- Of a blocked one: whether it halts the whole queue.
  whole boolean not null default false,
  id text collate "C" not null,
  key text collate "C",
  mark text,
  dedupe text collate "C",
  headers text,
  payload text not null,
  history text[],
  cause text
) with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_threshold = 2000000000);

create index messages_line on messages (queue, level desc, place) where state = 0;
create index messages_due on messages (queue, due, seq) where state in (1, 5);
create index messages_waiting on messages (queue, key, place) where state = 2;
create unique index messages_head on messages (queue, key) where key is not null and state in (0, 1, 3);
create index messages_blocked on messages (queue, aside) where state = 3;
create index messages_dead on messages (queue, aside) where state = 4;
create index messages_halts on messages (queue, aside) where state = 3 and whole;

-- What was counted, and the tallies that were not yet added to that (96-tidy.sql). Whoever changes something writes a row of tallies: nobody waits
-- for it, and its price does not rise where an old transaction still sees those before it. What enters a place counts up there, what leaves it
-- counts down; messages that are ready are the rest.
create table counts (
  queue integer primary key,
  enqueued bigint not null,
  acked bigint not null,
  purged bigint not null,
  waiting bigint not null,
  delayed bigint not null,
  leased bigint not null,
  blocked bigint not null,
  dead bigint not null
) with (fillfactor = 50);
create table tallies (like counts including defaults);
create index tallies_queue on tallies (queue);
create index tallies_dead on tallies (queue) where dead <> 0;

create table dedupes (
  queue integer not null,
  id text collate "C" not null,
  message text collate "C" not null,
  -- Null: until the message leaves the queue.
  until bigint,
  primary key (queue, id)
);
create index dedupes_until on dedupes (until) where until is not null;

-- The queue of this name; made at its first use.
create function queue_of(_name text) returns integer language plpgsql as $$
declare
  _id integer;
begin
  select id into _id from queues where name = _name;
  if _id is null then
    insert into queues (name) values (_name) on conflict do nothing;
    select id into _id from queues where name = _name;
  end if;
  return _id;
end $$;

create function queues_of(_names jsonb) returns integer[] language plpgsql as $$
declare
  _ids integer[] := '{}';
  _name text;
begin
  for _name in select jsonb_array_elements_text(_names) loop
    _ids := array_append(_ids, queue_of(_name));
  end loop;
  return _ids;
end $$;

-- Counts a change.
create function tally(
  _queue integer, _enqueued bigint = 0, _acked bigint = 0, _purged bigint = 0, _waiting bigint = 0, _delayed bigint = 0,
  _leased bigint = 0, _blocked bigint = 0, _dead bigint = 0
) returns void language plpgsql as $$
begin
  insert into tallies values (_queue, _enqueued, _acked, _purged, _waiting, _delayed, _leased, _blocked, _dead);
end $$;

-- Hints the consumers that wait for this queue, if any do: they hold all 16 slots. Who gets one alone knows that nobody waits, nor can begin
-- to before this transaction is over.
create function wake(_queue integer) returns void language plpgsql as $$
begin
  if not pg_try_advisory_xact_lock(wait_class(), _queue * 16 + pg_backend_pid() % 16) then
    perform pg_notify(hint_channel(), _queue::text);
  end if;
end $$;

-- Takes the slots of a queue (0: of the log) for the session of one who waits, all or none. A transaction of a user's that writes keeps its
-- slot until it ends, and while this waits the session hears no hints. So it gives up soon (55P03) and is called again.
create function hold_slots(_queue integer) returns void language plpgsql set lock_timeout = '50ms' as $$
declare
  _held integer := 0;
begin
  for _slot in 0 .. 15 loop
    perform pg_advisory_lock_shared(wait_class(), _queue * 16 + _slot);
    _held := _held + 1;
  end loop;
exception when lock_not_available then
  -- Locks of a session stay where its statement fails.
  perform pg_advisory_unlock_shared(wait_class(), _queue * 16 + slot) from generate_series(0, _held - 1) slot;
  raise;
end $$;
