-- A consumer is gone: an exclusive queue that it owned is free, which wakes the next one.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] owner string -
-- Returns 1 where it owned the queue, else 0
-- Errors WRONGTYPE, FORMAT
-- Cost O(1)

local key = KEYS[1]
local owner = ARGV[1]
--- @include format

local head = redis.call("HMGET", key, "format", "owner")
checkFormat(key, head[1])
local standby = redis.call("LLEN", key .. ":o") == 0
local owned = head[2] == owner
redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
if owned then
  redis.call("HDEL", key, "owner", "ownerUntil")
  if standby then redis.call("RPUSH", key .. ":o", 1) end
end
return owned and 1 or 0
