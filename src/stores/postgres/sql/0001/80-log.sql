-- The log: each event is one row, in the order of all.
--
-- place: a number of the sequence log_calls, which a call draws if it appends, times 65,536, and which of its events it is. So the events of
-- one call stand together. Numbers are drawn under the stripes of the streams, so the events of one stream have places in the order of their
-- versions. They are not drawn in the order of commits: see log_bound.
-- A pruned event stays as a row without stream, type, data and meta, so that its position is still known.

create sequence log_calls;

create table log_events (
  place bigint primary key,
  at bigint not null,
  version bigint not null,
  id uuid not null,
  stream text collate "C",
  type text collate "C" not null,
  data text not null,
  meta text not null
);

create unique index log_events_by_version on log_events (stream, version) where stream is not null;

-- What is to say of a stream besides its events: only of streams that were pruned, trimmed or closed. last_id is that of the event at pruned_to.
create table log_streams (
  stream text collate "C" primary key,
  pruned_to bigint not null default 0,
  last_id uuid,
  closed boolean not null default false
);

-- Up to where the log was trimmed: one row at most.
create table log_trimmed (
  one boolean primary key default true check (one),
  place bigint not null,
  tail text not null
);

-- The end of an event's id, which stands in its position.
create function tail_of(_id uuid) returns text language sql immutable strict parallel safe as $$
  select right(_id::text, 6)
$$;

-- A position: sixteen hex digits of the place of its event, and the tail of its id.
create function position_text(_place bigint, _tail text) returns text language sql immutable strict parallel safe as $$
  select lpad(to_hex(_place), 16, '0') || _tail
$$;

-- An event as readers take it; they know its tail. Its place is in hex, without zeros in front.
create function event_text(_place bigint, _at bigint, _version bigint, _id uuid, _stream text, _type text, _meta text, _data text)
returns text language sql stable parallel safe as $$
  select concat_ws(U&'\001F', to_hex(_place), _at, _version, _id, _stream, _type, _meta, _data)
$$;

-- What decides on an append: the state of a stream, read in one statement, so that no prune or trim comes between.
create function stream_head(_stream text) returns table (version bigint, last_id uuid, closed boolean, pruned_to bigint)
language sql stable as $$
  select coalesce(e.version, s.pruned_to, 0), coalesce(e.id, s.last_id), coalesce(s.closed, false), coalesce(s.pruned_to, 0)
    from (select) one
    left join log_streams s on s.stream = _stream
    left join lateral (
      select b.version, b.id from log_events b where b.stream = _stream order by b.version desc limit 1
    ) e on true
$$;
