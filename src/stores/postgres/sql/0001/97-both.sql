-- A write and the lease that stands right behind it, as one call and one commit. The lease sees what the write did.
-- Request: the name of the write's function, its request, and that of the lease, parted by U+001E, which no JSON has.
-- Reply: that of the write, U+001E, and that of the lease. Empty where the write did nothing (ack_1, mixed_1): then nothing is leased either.
create function both_1(_request text) returns text language plpgsql
set search_path from current as $$
declare
  _parts constant text[] := string_to_array(_request, U&'\001E');
  _answer text;
begin
  case _parts[1]
    when 'ack_1' then _answer := ack_1(_parts[2]);
    when 'enqueue_1' then _answer := enqueue_1(_parts[2]);
    when 'enqueue_one_1' then _answer := enqueue_one_1(_parts[2]);
    when 'append_one_1' then _answer := append_one_1(_parts[2]);
    when 'append_1' then _answer := append_1(_parts[2]);
    when 'put_1' then _answer := put_1(_parts[2]);
    when 'mixed_1' then _answer := mixed_1(_parts[2]);
    when 'write_1' then _answer := write_1(_parts[2]);
  end case;
  return case when _answer = '' then '' else _answer || U&'\001E' || lease_1(_parts[3]) end;
end $$;
