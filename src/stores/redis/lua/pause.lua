-- Pauses a queue, or lets it go on and wakes a consumer.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] paused flag -
-- Returns "OK"
-- Errors WRONGTYPE, FORMAT
-- Cost O(1)

local result, key = KEYS[1], KEYS[2]
local paused = ARGV[1]
--- @include format
--- @include reclaim
--- @include guard
--- @include once

local head = redis.call("HMGET", key, "format", "levels")
checkFormat(key, head[1])
redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local answer = answeredBefore(result)
if answer then return answer end
guard(key)
local idle = redis.call("LINDEX", key .. ":w", -1) ~= "1"
if paused == "1" then
  redis.call("HSET", key, "paused", 1)
  expectNobody(key)
  reclaim(key, tonumber(head[2] or 0))
else
  redis.call("HDEL", key, "paused")
  if idle then redis.call("RPUSH", key .. ":w", 1) end
end
return keepAnswer(result, "OK", { unpack(KEYS, 3) })
