-- What becomes of a leased message, by the outcome that ends its lease. Each function answers the word of its step.
--- @include queueSubject
--- @include keys
--- @include shelf
--- @include held

local function block(queue, step, parcel, scope)
  local note = blockNote(scope, step.origin, step.cause)
  local position = shelve(queue, "b", { note = note, parcel = parcel })
  hold(queue, parcel, position)
  if scope == "q" then
    count(queue, "halts", 1)
    redis.call("ZADD", queue.key .. ":bq", position, position)
    expectNobody(queue.key)
    queue.levels = reclaim(queue.key, queue.levels)
  end
  if step.key then
    local mark = queue.marks and queue.marks.of(step.key) or ""
    redis.call("HSET", queue.key .. ":k", step.key, (scope == "q" and "q" or busyText(position)) .. mark)
  end
end

local function comeBackAfter(queue, step, parcel)
  if step.delay == 0 then return pushReturned(queue, step.origin, parcel) end
  delay(queue, step.origin, queue.now + step.delay, parcel)
end

-- Ends the lease, and answers the parcel.
local function takeOut(step)
  redis.call("HDEL", step.subject.key .. ":l", step.token)
  redis.call("ZREM", step.subject.key .. ":x", step.token)
  return step.parcel
end

local function leaveQueue(step)
  if step.key then leaveKey(step.subject, step.key) end
end

local function ack(step)
  local parcel = takeOut(step)
  count(step.subject, "acked", 1)
  forget(step.subject.key, parcel)
  leaveQueue(step)
  return "+"
end

local function release(step)
  local parcel = takeOut(step)
  comeBackAfter(step.subject, step, (step.verb == "u" and step.delay == 0) and parcel or givenBack(parcel))
  return "+"
end

local function fail(step)
  local queue, verb = step.subject, step.verb
  local parcel = failed(takeOut(step), queue.nowHex .. step.cause)
  if verb == "b" or verb == "B" then
    block(queue, step, parcel, verb == "B" and "q" or "k")
    return "+"
  end
  if verb == "r" and failuresOf(parcel) < step.attemptsMax then
    comeBackAfter(queue, step, parcel)
    return "+"
  end
  deadLetter(queue, parcel, step.cause, step.lettersMax)
  leaveQueue(step)
  return verb == "r" and "j" or "+"
end
