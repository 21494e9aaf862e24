-- The general way of a write, step by step: right for every mix of steps. See ../README.md.

create function check_step(_facts call_facts, _step jsonb) returns text language plpgsql as $$
begin
  case _step ->> 0
    when 'e' then return null;
    when 's' then return check_settle(_facts, _step);
    when 'p' then return check_append(_facts, _step);
    when 'w', 'x', 'k' then return check_record(_facts, _step);
  end case;
end $$;

create function apply_step(_facts call_facts, _step jsonb, _place bigint) returns text language plpgsql as $$
begin
  case _step ->> 0
    when 'e' then return apply_enqueue(_facts, _step, _place);
    when 's' then return apply_settle(_facts, _step, _place);
    when 'p' then return apply_append(_facts, _step, _place);
    when 'w' then return apply_put(_facts, _step, _place);
    when 'x' then return apply_remove(_facts, _step, _place);
    when 'k' then return null;
  end case;
end $$;

-- The refusal of the first step that may not be done, as JSON; null where there is none.
create function check_list(_facts call_facts, _list jsonb) returns text language plpgsql as $$
declare
  _step jsonb;
  _at bigint;
  _refusal text;
begin
  for _step, _at in select value, ordinality from jsonb_array_elements(_list) with ordinality loop
    continue when _at = 1;
    _refusal := check_step(_facts, _step);
    if _refusal is not null then
      return json_build_array(_at - 2, _refusal)::text;
    end if;
  end loop;
  return null;
end $$;

-- What each step answered, as JSON; null where all were done as asked for. With _checks each is checked before it is done.
create function apply_list(_facts call_facts, _list jsonb, _place bigint, _checks boolean) returns text
language plpgsql as $$
declare
  _step jsonb;
  _at bigint;
  _word text;
  _words text[] := '{}';
  _plain boolean := true;
begin
  for _step, _at in select value, ordinality from jsonb_array_elements(_list) with ordinality loop
    continue when _at = 1;
    if _checks then
      _word := check_step(_facts, _step);
      if _word is not null then
        raise exception using errcode = 'SLREF', message = json_build_array(_at - 2, _word)::text;
      end if;
    end if;
    _word := apply_step(_facts, _step, _place + _at - 2);
    _words := array_append(_words, _word);
    if _word is not null then
      _plain := false;
    end if;
  end loop;
  return case when not _plain then to_json(_words)::text end;
end $$;

-- Does one list, and answers null (done as asked for), a JSON array of words, or a JSON object with a refusal.
create function do_list(_facts call_facts, _list jsonb, _place bigint) returns text language plpgsql as $$
declare
  _answer text;
begin
  if _list ->> 0 = '0' then
    _answer := check_list(_facts, _list);
    if _answer is not null then
      return '{"refused":' || _answer || '}';
    end if;
    return apply_list(_facts, _list, _place, false);
  end if;
  -- Steps about one thing twice: each has to find what the one before did.
  begin
    return apply_list(_facts, _list, _place, true);
  exception when sqlstate 'SLREF' then
    return '{"refused":' || sqlerrm || '}';
  end;
end $$;

-- Request: now, lettersMax, locks, queues (names), due (numbers of queues into whose keys messages come), woken (numbers of queues in which
-- something may become ready), appends (whether events may be added), ends (whether records are put that end), writes: [[id, [[mode, step, …], …]], …].
-- Reply: a JSON array with an item per write: null where all its lists were done as asked for, else an item per list.
create function write_1(_request text) returns text language plpgsql
set search_path from current set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan as $$
declare
  _call constant jsonb := _request::jsonb;
  _facts call_facts;
  _write jsonb;
  _list jsonb;
  _place bigint;
  _answers text[] := '{}';
  _lists text[];
  _answer text;
  _queue integer;
  _seqs bigint[];
begin
  perform take_locks(_call -> 'locks');
  _facts.moment := moment_of(_call ->> 'now');
  _facts.letters_max := (_call ->> 'lettersMax')::integer;
  _facts.queues := queues_of(_call -> 'queues');
  -- Rows are locked in one order, whatever the order of the steps.
  _seqs := array(select jsonb_array_elements_text(_call -> 'seqs')::bigint);
  if cardinality(_seqs) > 1 then
    perform 1 from messages where seq = any (_seqs) order by seq for update;
  end if;
  for _queue in select value::integer from jsonb_array_elements_text(_call -> 'due') loop
    perform promote_due(_facts.queues[_queue], _facts.moment);
  end loop;
  _place := next_place();
  if (_call -> 'appends')::boolean then
    perform log_draw();
  end if;
  for _write in select value from jsonb_array_elements(_call -> 'writes') loop
    _answer := begun_before(_write ->> 0, _facts.moment);
    if _answer is not null then
      _answers := array_append(_answers, case when _answer = '' then 'null' else _answer end);
      continue;
    end if;
    _lists := '{}';
    for _list in select value from jsonb_array_elements(_write -> 1) loop
      _answer := do_list(_facts, _list, _place);
      _lists := array_append(_lists, coalesce(_answer, 'null'));
      _place := _place + jsonb_array_length(_list);
    end loop;
    if 'null' = all (_lists) then
      _answers := array_append(_answers, 'null');
    else
      _answer := '[' || array_to_string(_lists, ',') || ']';
      perform answer_with(_write ->> 0, _answer);
      _answers := array_append(_answers, _answer);
    end if;
  end loop;
  for _queue in select value::integer from jsonb_array_elements_text(_call -> 'woken') loop
    perform wake(_facts.queues[_queue]);
  end loop;
  if (_call -> 'appends')::boolean then
    perform wake(0);
  end if;
  if (_call -> 'ends')::boolean then
    perform forget_ended(_facts.moment);
  end if;
  return '[' || array_to_string(_answers, ',') || ']';
end $$;
