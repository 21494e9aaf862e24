-- w: a record's new state. Arguments: id, what is expected, revision, ttl in ms or "", places in indexes, value behind "0" or "2".
--- @include recordSubject

kinds["w"] = {
  noun = recordSubject,
  read = function(step, values, at)
    at = readRecordName(step, values, at)
    step.revision, step.ttl, step.places, step.value = values[at], values[at + 1], values[at + 2], values[at + 3]
    return at + 4
  end,
  look = function(step)
    lookRecord(step)
    lookIndexes(step.subject, step.places)
  end,
  refused = function(step, changed, plan)
    local refusal = refusedRecord(step, changed, plan)
    if not refusal then plan[step.name] = step.revision end
    return refusal
  end,
  apply = function(step)
    local text = RECORD_FORMAT .. step.revision .. "\n" .. step.places .. "\n" .. step.value
    if step.ttl == "" then redis.call("SET", step.name, text) else redis.call("SET", step.name, text, "PX", step.ttl) end
    if step.places ~= step.subject.records[step.name].places then moveRecord(step, step.revision, step.places) end
    step.subject.records[step.name].revision = step.revision
    return "+"
  end,
}
