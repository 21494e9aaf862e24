-- Pauses a queue, or ends the pause and wakes a consumer.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] paused flag -
-- Returns "OK"
-- Errors WRONGTYPE, FORMAT
-- Cost O(1)

local result, key = KEYS[1], KEYS[2]
local paused = ARGV[1]
--- @include open
--- @include expect
--- @include reclaim
--- @include guard
--- @include wake
--- @include once

local head = open(key, "levels")
return once(result, KEYS, 3, function()
  guard(key)
  if paused == "1" then
    redis.call("HSET", key, "paused", "1")
    expectNobody(key)
    reclaim(key, tonumber(head[2] or 0))
  else
    redis.call("HDEL", key, "paused")
    wake(key)
  end
  return "OK"
end)
