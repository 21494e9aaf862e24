-- The log: each event is one row, in the order of all.
--
-- place: the number of the call that appended it (of the sequence log_calls) << 16 | its number in the call. So the events of one call stand
-- together, and a call draws one number, however many events it appends. Numbers are drawn behind the locks of the streams, so the events of
-- one stream have places in the order of their versions. They are not drawn in the order of commits: see log_bound.
-- A pruned event stays as a row without stream, type, data and meta, so that its position is still known.

create sequence log_calls;

create table log_events (
  place bigint primary key,
  at bigint not null, -- milliseconds since 1970
  version bigint not null,
  id uuid not null,
  stream text collate "C",
  type text collate "C" not null,
  data text not null,
  meta text not null
);

create unique index log_events_by_version on log_events (stream, version) where stream is not null;

-- What is to say of a stream besides its events: only of streams that were pruned, trimmed or closed.
create table log_streams (
  stream text collate "C" primary key,
  pruned_to bigint not null default 0,
  last_id uuid, -- of the event at pruned_to
  closed boolean not null default false
);

-- Up to where the log was trimmed: one row at most.
create table log_trimmed (
  one boolean primary key default true check (one),
  place bigint not null,
  tail text not null
);
