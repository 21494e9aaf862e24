-- A consumer is gone: an exclusive queue that it owned is free, which wakes the next one.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] owner string -
-- Returns 1 where it owned the queue, else 0
-- Errors WRONGTYPE, FORMAT
-- Cost O(1)

local key = KEYS[1]
local owner = ARGV[1]
--- @include open
--- @include passOn

redis.call("LLEN", key .. ":o") -- what is written below is read first, by its type: see guard
local owned = open(key, "owner")[2] == owner
if owned then
  redis.call("HDEL", key, "owner", "ownerUntil")
  wakeStandby(key)
end
return owned and 1 or 0
