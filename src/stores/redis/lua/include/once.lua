-- What a changing call answered is kept for an hour: one that is sent again answers the same and changes nothing.
local ANSWER_MS_MAX = 3600000

-- What it answered before, or nil.
local function answeredBefore(result)
  local answer = redis.call("GET", result)
  -- A write, so that a WAIT behind it has something to wait for.
  if answer then redis.call("PEXPIRE", result, ANSWER_MS_MAX) end
  return answer
end

-- Keeps the answer, and forgets those whose replies were read: the keys from this index on.
local function keepAnswer(result, answer, keys, from)
  redis.call("SET", result, answer, "PX", ANSWER_MS_MAX)
  if #keys >= from then redis.call("DEL", unpack(keys, from)) end
  return answer
end

-- Does it, if that was not done before.
local function once(result, keys, from, change)
  return answeredBefore(result) or keepAnswer(result, change(), keys, from)
end
