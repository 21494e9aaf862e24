-- Makes what is due ready, at most 1,000 or some 16 MiB of it a call: what was leased before in its former place, first
-- deliveries at the end by due time.
local PROMOTE_COUNT_MAX = 1000
local PROMOTE_BYTES_MAX = 16777216

local function promote(queue)
  local moved, bytes, room = 0, 0, 16
  repeat
    local due = redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", 0, room)
    slices("ZREM", queue.key .. ":d", due)
    for _, entry in ipairs(due) do
      local record = string.sub(entry, 14)
      bytes = bytes + #record
      if known(record) and failuresOf(record) > 0 then
        pushReturned(queue, string.sub(entry, 1, 13), record)
      else
        pushEnd(queue, record)
      end
    end
    moved = moved + #due
    local isLast = #due < room
    -- As many as the bytes that are left allow by the size so far.
    room = math.min(PROMOTE_COUNT_MAX - moved, math.floor((PROMOTE_BYTES_MAX - bytes) * moved / math.max(bytes, 1)))
  until isLast or room < 1
  if moved > 0 then pushAll(queue) end
end
