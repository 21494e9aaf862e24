-- Takes up what is due, at most 1,000 or some 16 MiB of it a call: what was leased before in its former place, first
-- deliveries at the end of their key or level, by due time. It is read by a few, since small ones say nothing of the size of
-- the next, and read whole before anything is written: see guard.
--- @include keys
--- @include guard
local PROMOTE_COUNT_MAX = 1000
local PROMOTE_BYTES_MAX = 16777216
local PROMOTE_STEP = 20

local function isAnyDue(queue)
  return #redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", 0, 1) > 0
end

local function promote(queue)
  local due, names, bytes = {}, {}, 0
  repeat
    local some = redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", #due, PROMOTE_STEP)
    for _, entry in ipairs(some) do
      local record, at = string.sub(entry, 14), #due + 1
      bytes, due[at] = bytes + #entry, entry
      if not wasLeased(record) then
        names[at] = keyOf(record) or ""
        if names[at] ~= "" then guardKey(queue.key, names[at]) end
      end
    end
  until #some < PROMOTE_STEP or #due >= PROMOTE_COUNT_MAX or bytes >= PROMOTE_BYTES_MAX
  slices("ZREM", queue.key .. ":d", due)
  for at, entry in ipairs(due) do
    local record = string.sub(entry, 14)
    if names[at] then
      admit(queue, keyOf(record), record)
    else
      pushReturned(queue, string.sub(entry, 1, 13), record)
    end
  end
  if #due > 0 then pushAll(queue) end
end
