-- Called when a consumer is gone: frees the exclusive queue if that consumer owned it, and wakes one that stands by.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] owner string -
-- Returns 1 where it owned the queue, else 0
-- Errors WRONGTYPE, FORMAT
-- Cost O(1)

local key = KEYS[1]
local owner = ARGV[1]
--- @include open
--- @include passOn

redis.call("LLEN", key .. ":o") -- a foreign value fails here, before anything is written: see guard
local owned = open(key, "owner")[2] == owner
if owned then
  redis.call("HDEL", key, "owner", "ownerUntil")
  wakeStandby(key)
end
return owned and 1 or 0
