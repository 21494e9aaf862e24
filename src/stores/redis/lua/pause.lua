-- Pauses a queue, or lets it go on and wakes a consumer.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] paused flag -
-- Returns "OK"
-- Errors WRONGTYPE
-- Cost O(1)

local key = KEYS[1]
local paused = ARGV[1]
--- @include reclaim
--- @include guard

guard(key)
local idle = redis.call("LINDEX", key .. ":w", -1) ~= "1"
redis.call("HDEL", key, "paused") -- a removal first: what follows passes under full memory too
if paused == "1" then
  redis.call("HSET", key, "paused", 1)
  expectNobody(key)
  reclaim(key, tonumber(redis.call("HGET", key, "levels") or 0))
elseif idle then
  redis.call("RPUSH", key .. ":w", 1)
end
return "OK"
