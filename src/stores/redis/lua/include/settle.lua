-- Ends one live lease by an outcome: a ack, r retry, l release, u release of what nobody had in hand, j reject, b block its key, B block the queue. Answers "+",
-- or "j" for a retry out of attempts, which is performed as a reject.
--- @include held

local function block(queue, step, record, scope)
  local note = blockNote(scope, step.origin, step.cause)
  local position = shelve(queue, "b", { note = note, record = record })
  hold(queue, record, position)
  if scope == "q" then
    count(queue, "halts", 1)
    redis.call("ZADD", queue.key .. ":bq", position, position)
    expectNobody(queue.key)
    queue.levels = reclaim(queue.key, queue.levels)
  elseif step.key then
    redis.call("HSET", queue.key .. ":k", step.key, busyText(position))
  end
end

local function comeBackAfter(queue, step, record)
  if step.delay == 0 then return pushReturned(queue, step.origin, record) end
  delay(queue, step.origin, queue.now + step.delay, record)
end

local function settle(queue, step)
  local token, key, record = step.token, step.key, step.record
  redis.call("HDEL", queue.key .. ":l", token)
  redis.call("ZREM", queue.key .. ":x", token)
  if step.verb == "a" then
    count(queue, "acked", 1)
    forget(queue.key, record)
    if key then leaveKey(queue, key) end
    return "+"
  end
  if step.verb == "l" or step.verb == "u" then
    comeBackAfter(queue, step, (step.verb == "u" and step.delay == 0) and record or givenBack(record))
    return "+"
  end
  record = failed(record, queue.nowHex .. step.cause)
  if step.verb == "b" or step.verb == "B" then
    block(queue, step, record, step.verb == "B" and "q" or "k")
    return "+"
  end
  if step.verb == "r" and failuresOf(record) < step.attemptsMax then
    comeBackAfter(queue, step, record)
    return "+"
  end
  bury(queue, record, step.cause, step.lettersMax)
  if key then leaveKey(queue, key) end
  return step.verb == "r" and "j" or "+"
end
