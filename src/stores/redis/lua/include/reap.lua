-- Ends leases whose time is over: counted as a failure, dead-lettered out of attempts, else back to the front in the order
-- in which they were leased.
local EXPIRED = '"lease expired"'
local REAP_COUNT_MAX = 200

local function reap(queue, tokens, attemptsMax, lettersMax)
  if #tokens == 0 then return end
  table.sort(tokens)
  local records = {}
  for i, token in ipairs(tokens) do records[i] = redis.call("HGET", queue.key .. ":l", token) end
  slices("HDEL", queue.key .. ":l", tokens)
  slices("ZREM", queue.key .. ":x", tokens)
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
