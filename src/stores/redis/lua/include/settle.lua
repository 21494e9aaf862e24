-- Ends one live lease by an outcome: a ack, r retry, l release, j reject, b block its key, B block the queue. Answers "+",
-- or "j" for a retry out of attempts, which is performed as a reject.

local function block(queue, token, key, record, cause, scope)
  local note = queue.nowHex .. scope .. orderIn(token) .. cause
  local position = shelve(queue, "b", { note = note, record = record })
  remember(queue, position, record)
  if scope == "q" then
    count(queue, "halts", 1)
  elseif key then
    redis.call("HSET", queue.key .. ":k", key, "b" .. position)
  end
end

local function settle(queue, step)
  local token, key, record = step.token, step.key, step.record
  redis.call("HDEL", queue.key .. ":l", token)
  redis.call("ZREM", queue.key .. ":x", token)
  if step.verb == "a" then
    count(queue, "acked", 1)
    if key then leaveKey(queue, key) end
    return "+"
  end
  if step.verb == "l" then
    pushFront(queue, token, record)
    return "+"
  end
  record = failed(record, queue.nowHex .. step.cause)
  if step.verb == "b" or step.verb == "B" then
    block(queue, token, key, record, step.cause, step.verb == "B" and "q" or "k")
    return "+"
  end
  if step.verb == "r" and failuresOf(record) < step.attemptsMax then
    if step.delay > 0 then
      delay(queue, orderIn(token), queue.now + step.delay, record)
    else
      pushFront(queue, token, record)
    end
    return "+"
  end
  bury(queue, record, step.cause, step.lettersMax)
  if key then leaveKey(queue, key) end
  return step.verb == "r" and "j" or "+"
end
