-- What becomes of a leased message, by the outcome that ends its lease. Each function answers the word of its step.
--- @include queueSubject
--- @include keys
--- @include shelf
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

-- Ends the lease, and answers the record.
local function takeOut(step)
  redis.call("HDEL", step.subject.key .. ":l", step.token)
  redis.call("ZREM", step.subject.key .. ":x", step.token)
  return step.record
end

local function leaveQueue(step)
  if step.key then leaveKey(step.subject, step.key) end
end

local function ack(step)
  local record = takeOut(step)
  count(step.subject, "acked", 1)
  forget(step.subject.key, record)
  leaveQueue(step)
  return "+"
end

local function release(step)
  local record = takeOut(step)
  comeBackAfter(step.subject, step, (step.verb == "u" and step.delay == 0) and record or givenBack(record))
  return "+"
end

local function fail(step)
  local queue, verb = step.subject, step.verb
  local record = failed(takeOut(step), queue.nowHex .. step.cause)
  if verb == "b" or verb == "B" then
    block(queue, step, record, verb == "B" and "q" or "k")
    return "+"
  end
  if verb == "r" and failuresOf(record) < step.attemptsMax then
    comeBackAfter(queue, step, record)
    return "+"
  end
  deadLetter(queue, record, step.cause, step.lettersMax)
  leaveQueue(step)
  return verb == "r" and "j" or "+"
end
