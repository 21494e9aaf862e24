-- Keeps the answer of a call that changes something for an hour: if the call is sent again, it answers the same and changes nothing.
local ANSWER_MS_MAX = 3600000

-- What it answered before, or nil.
local function answeredBefore(result)
  local answer = redis.call("GET", result)
  -- This is a write, so that a WAIT behind it waits for replicas.
  if answer then redis.call("PEXPIRE", result, ANSWER_MS_MAX) end
  return answer
end

-- Keeps the answer, and deletes the results whose replies were read: the keys from this index on.
local function keepAnswer(result, answer, keys, from)
  redis.call("SET", result, answer, "PX", ANSWER_MS_MAX)
  if #keys >= from then redis.call("DEL", unpack(keys, from)) end
  return answer
end

-- Makes the change and keeps its answer, unless that was done before.
local function once(result, keys, from, change)
  return answeredBefore(result) or keepAnswer(result, change(), keys, from)
end
