-- Makes what is due ready, at most 1,000 or some 16 MiB of it a call: what was leased before in its former place, first
-- deliveries at the end by due time. It is read by a few, since small ones say nothing of the size of the next.
local PROMOTE_COUNT_MAX = 1000
local PROMOTE_BYTES_MAX = 16777216
local PROMOTE_STEP = 20

local function promote(queue)
  local moved, bytes = 0, 0
  repeat
    local due = redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", 0, PROMOTE_STEP)
    if #due > 0 then redis.call("ZREM", queue.key .. ":d", unpack(due)) end
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
  until #due < PROMOTE_STEP or moved >= PROMOTE_COUNT_MAX or bytes >= PROMOTE_BYTES_MAX
  if moved > 0 then pushAll(queue) end
end
