-- Called by a consumer that waits, at the time that it was told: keeps what it owns, and wakes one consumer if something is
-- due now.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2] owner string -
-- ARGV[3] leaseMs integer ms
-- Returns the ms after which to call again, "" for never
-- Errors WRONGTYPE, FORMAT
-- Cost O(log n)

local key = KEYS[1]
local given, owner, leaseMs = ARGV[1], ARGV[2], tonumber(ARGV[3])
--- @include clock
--- @include queue
--- @include slot
--- @include handed

redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local queue = openQueue(key, clock(given))
if owner ~= "" and queue.owner ~= owner then
  if queue.owner and queue.ownerUntil > queue.now then return queue.ownerUntil - queue.now end
  if redis.call("LLEN", key .. ":o") == 0 then redis.call("RPUSH", key .. ":o", 1) end
  return ""
end
book(key)
local nearest, idle = untilChange(key, queue.now), redis.call("LINDEX", key .. ":w", -1) ~= "1"
if owner ~= "" then redis.call("HSET", key, "ownerUntil", queue.now + leaseMs) end
if queue.paused or queue.halts > 0 then return "" end
if nearest == 0 and idle then redis.call("RPUSH", key .. ":w", 1) end
return nearest
