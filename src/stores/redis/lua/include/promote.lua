-- Makes what is due ready, at most 1,000 a call: what was leased before in its former place, first deliveries at the end by
-- due time.
local PROMOTE_COUNT_MAX = 1000

local function promote(queue)
  local due = redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", 0, PROMOTE_COUNT_MAX)
  if #due == 0 then return end
  slices("ZREM", queue.key .. ":d", due)
  for _, entry in ipairs(due) do
    local record = string.sub(entry, 14)
    if known(record) and failuresOf(record) > 0 then
      pushReturned(queue, string.sub(entry, 1, 13), record)
    else
      pushEnd(queue, record)
    end
  end
  pushAll(queue)
end
