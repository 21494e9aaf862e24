-- What all calls share: the clock, places, locks, and the answers of calls that change something.

create sequence calls;

create table writes (
  id text collate "C" primary key,
  at bigint not null,
  -- Null where all was done as asked for.
  answers text
);
create index writes_at on writes (at);

-- The time that a test gives, else the server's.
create function moment_of(_given text) returns bigint language sql volatile as $$
  select coalesce(_given::bigint, floor(extract(epoch from clock_timestamp()) * 1000)::bigint)
$$;

-- Whoever only looks is not refused by a standby itself. But it lags, so what is known of its primary would look lost, and it does not have the
-- locks of those who append there, so a feed would pass over events.
create function refuse_standby() returns void language plpgsql as $$
begin
  if pg_is_in_recovery() then
    raise exception using errcode = 'read_only_sql_transaction', message = 'the server is a standby and takes no changes';
  end if;
end $$;

create function next_place() returns bigint language sql volatile as $$
  select nextval('calls') << 16
$$;

-- Advisory locks are one space per database, so each schema has a class of its own, and one for its consumers that wait.
create function lock_class() returns integer language sql stable as $$
  select hashtext('sluice ' || current_schema())
$$;
create function wait_class() returns integer language sql stable as $$
  select hashtext('sluice waits ' || current_schema())
$$;
create function hint_channel() returns text language sql stable as $$
  select 'sluice_' || (lock_class()::bigint & 4294967295)
$$;

-- Takes the stripes of a call, in rising order. A negative number is a lock that is shared.
create function take_locks(_locks jsonb) returns void language plpgsql as $$
declare
  _class constant integer := lock_class();
  _lock integer;
begin
  for _lock in select value::integer from jsonb_array_elements_text(_locks) order by abs(value::integer) loop
    if _lock < 0 then
      perform pg_advisory_xact_lock_shared(_class, -_lock);
    else
      perform pg_advisory_xact_lock(_class, _lock);
    end if;
  end loop;
end $$;

create function try_lock(_lock integer) returns boolean language sql volatile as $$
  select pg_try_advisory_xact_lock(lock_class(), _lock)
$$;

-- Begins a call that changes something: null where it is new, else what it answered before. One that comes twice at once waits for the
-- first to end.
create function begun_before(_id text, _moment bigint) returns text language plpgsql as $$
declare
  _answers text;
begin
  insert into writes (id, at) values (_id, _moment) on conflict do nothing;
  if found then
    return null;
  end if;
  select coalesce(answers, '') into _answers from writes where id = _id;
  return coalesce(_answers, '');
end $$;

create function answer_with(_id text, _answers text) returns text language plpgsql as $$
begin
  update writes set answers = _answers where id = _id;
  return _answers;
end $$;
