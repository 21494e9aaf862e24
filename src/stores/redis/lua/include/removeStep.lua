-- x: a record is gone. Arguments: id, what is expected. Its word is "n" where there was none.
--- @include recordSubject

kinds["x"] = {
  noun = recordSubject,
  read = readRecordName,
  look = lookRecord,
  refused = function(step, changed, plan)
    local refusal = refusedRecord(step, changed, plan)
    if not refusal then plan[step.name] = false end
    return refusal
  end,
  apply = function(step)
    local existed = step.subject.records[step.name].revision
    redis.call("DEL", step.name)
    moveRecord(step, false, "")
    return existed and "+" or "n"
  end,
}
