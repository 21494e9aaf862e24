-- Ends leases whose time is over: counted as a failure, dead-lettered out of attempts, else back to the front in the order
-- in which they were leased.
--- @include comeBackLimits
local EXPIRED = '"lease expired"'

local function reap(queue, tokens, attemptsMax, lettersMax)
  if #tokens == 0 then return end
  table.sort(tokens)
  local records = redis.call("HMGET", queue.key .. ":l", unpack(tokens))
  redis.call("HDEL", queue.key .. ":l", unpack(tokens))
  redis.call("ZREM", queue.key .. ":x", unpack(tokens))
  for i, token in ipairs(tokens) do
    if records[i] then
      local record = failed(records[i], queue.nowHex .. EXPIRED)
      if failuresOf(record) < attemptsMax then
        pushFront(queue, token, record)
      else
        bury(queue, record, EXPIRED, lettersMax)
        local key = keyIn(token)
        if key then leaveKey(queue, key) end
      end
    end
  end
  pushAll(queue)
end

-- Ends what ended until now, the latest first: each time what ended before goes to the front of it. Answers how many.
local function reapUntil(queue, untilMs, attemptsMax, lettersMax)
  local reaped, some = 0, nil
  repeat
    some = redis.call("ZREVRANGEBYSCORE", queue.key .. ":x", untilMs, "-inf", "LIMIT", 0, COME_BACK_AT_ONCE)
    reap(queue, some, attemptsMax, lettersMax)
    reaped = reaped + #some
  until #some < COME_BACK_AT_ONCE or reaped >= COME_BACK_COUNT_MAX
  return reaped
end
