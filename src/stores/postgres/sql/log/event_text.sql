-- A place as sixteen hex digits.
create function place_text(place bigint) returns text language sql immutable strict parallel safe
  as $$ select lpad(to_hex(place), 16, '0') $$;

-- A position: the place of its event, and the tail of its id.
create function position_text(place bigint, tail text) returns text language sql immutable strict parallel safe
  as $$ select lpad(to_hex(place), 16, '0') || tail $$;

-- An event as readers take it.
create function event_text(place bigint, at bigint, version bigint, id uuid, stream text, type text, meta text, data text)
  returns text language sql immutable strict parallel safe as $$
  select lpad(to_hex(place), 16, '0') || U&'\001F' || at::text || U&'\001F' || version::text || U&'\001F' || id::text
    || U&'\001F' || stream || U&'\001F' || type || U&'\001F' || meta || U&'\001F' || data
$$;
