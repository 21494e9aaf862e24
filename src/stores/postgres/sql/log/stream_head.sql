-- What decides on an append: the state of a stream, read in one statement, so that no prune or trim comes between.
create function stream_head(name text, out version bigint, out last_id uuid, out closed boolean, out pruned_to bigint)
  language sql stable as $$
  select coalesce(e.version, s.pruned_to, 0), coalesce(e.id, s.last_id), coalesce(s.closed, false), coalesce(s.pruned_to, 0)
    from (select) one
    left join log_streams s on s.stream = name
    left join lateral (
      select b.version, b.id from log_events b where b.stream = name order by b.version desc limit 1
    ) e on true
$$;
