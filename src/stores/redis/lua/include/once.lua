-- What a changing call answered is kept for an hour: one that is sent again answers the same and changes nothing.
local ANSWER_MS_MAX = 3600000

local function answeredBefore(result)
  local answer = redis.call("GET", result)
  -- A write, so that a WAIT behind it has something to wait for.
  if answer then redis.call("PEXPIRE", result, ANSWER_MS_MAX) end
  return answer
end

-- Keeps the answer, and forgets those whose replies were read.
local function keepAnswer(result, answer, answered)
  redis.call("SET", result, answer, "PX", ANSWER_MS_MAX)
  if #answered > 0 then redis.call("DEL", unpack(answered)) end
  return answer
end
