-- Makes what is due ready, at most 1,000 a call: returning messages at the front, first deliveries at the end, both by due
-- time.
local PROMOTE_COUNT_MAX = 1000

local function promote(queue)
  local due = redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", 0, PROMOTE_COUNT_MAX)
  if #due == 0 then return end
  slices("ZREM", queue.key .. ":d", due)
  for i, entry in ipairs(due) do
    local record = string.sub(entry, 14)
    if known(record) and failuresOf(record) > 0 then
      pushFront(queue, string.format("%06d", i), record)
    else
      pushEnd(queue, record)
    end
  end
  pushAll(queue)
end
