-- p: new events of a stream. Arguments: stream, what is expected of it (see expectedVersion), "c" where the stream is closed with them, how many they are, each as
-- its client made it. Its word is version, ":" and place of the last event. A refusal tells the version that is there.
--- @include logSubject
--- @include expectedVersion

kinds["p"] = {
  noun = logSubject,
  read = function(step, values, at)
    local log, name = step.subject, values[at]
    step.name, step.expected, step.closes, step.events = name, values[at + 1], values[at + 2] == "c", {}
    local count = tonumber(values[at + 3])
    for i = 1, count do step.events[i] = values[at + 3 + i] end
    if not log.streams[name] then
      log.streams[name] = { count = 0 }
      log.names[#log.names + 1] = name
    end
    local asked = log.streams[name]
    asked.count, asked.tail = asked.count + count, asked.tail or expectsTail(step.expected)
    log.count = log.count + count
    return at + 4 + count
  end,
  look = function(step) step.stream = step.subject.streams[step.name] end,
  refused = function(step, changed, plan)
    local stream, events = step.stream, step.events
    local now = plan[stream.key] or changed[stream.key] or stream
    local refusal = refusedByStream(#events > 0 or step.closes, step.expected, now.version, now.tail, now.closed)
    if refusal then return refusal end
    local tail = #events > 0 and tailOfNew(events[#events]) or now.tail
    plan[stream.key] = { version = now.version + #events, tail = tail, closed = now.closed or step.closes }
    return nil
  end,
  apply = function(step)
    local log, stream = step.subject, step.stream
    if #step.events > 0 then addEvents(log, stream, step.events) end
    if step.closes then
      stream.closed = true
      redis.call("HSET", log.key, "format", LOG_FORMAT, fieldOfStream(stream.name), noteText(stream))
    end
    return string.format("%.0f:%.0f", stream.version, log.last)
  end,
}
