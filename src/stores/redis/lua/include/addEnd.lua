-- Adds `added` new messages to a queue: `parcels` at the end of the level; the caller puts the others behind the heads of their
-- keys. `head` has the queue's format, levels and largest, `waits` is the text at `:h`, and `results` are the keys of the results.
--- @include format
--- @include slices
--- @include wake
--- @include noteSize

local function addEnd(key, level, head, waits, added, parcels, longest, results)
  local ready = key .. ":r:" .. level
  redis.call("LLEN", ready) -- a foreign value fails here, before anything is written: see guard
  if waits ~= "" then
    redis.call("HLEN", key .. ":l")
    redis.call("ZCARD", key .. ":x")
  end
  local woken = isWoken(key)
  for _, result in ipairs(results) do redis.call("SET", result, "+", "PX", "3600000") end -- the first write: full memory refuses it
  if waits ~= "" then
    --- @include expect
    expectNobody(key)
  end
  slices("RPUSH", ready, parcels)
  redis.call("HINCRBY", key, "enqueued", added)
  noteSize(key, tonumber(head[3] or LARGE), longest)
  if not head[1] then redis.call("HSET", key, "format", FORMAT) end
  local levels = tonumber(head[2] or 0)
  local inUse = #parcels > 0 and bit.bor(levels, bit.lshift(1, level)) or levels
  if inUse ~= levels then redis.call("HSET", key, "levels", inUse) end
  if #parcels > 0 then wake(key, woken) end
end
