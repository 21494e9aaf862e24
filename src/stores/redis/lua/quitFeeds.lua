-- No feed of this process waits any more: the next append does not wake it, and its blocking read ends.
-- KEYS[1] key hash the head of the log
-- KEYS[2] list list the wake-ups of the process
-- ARGV[1] reads flag whether a blocking read is under way
-- Returns "OK"
-- Errors WRONGTYPE, FORMAT
-- Cost O(1)

local key, list = KEYS[1], KEYS[2]
local reads = ARGV[1]
--- @include logText

readLog(key)
redis.call("SREM", key .. ":wf", list)
redis.call("DEL", list)
if redis.call("EXISTS", key .. ":wf") == 0 then redis.call("HDEL", key, "feeds") end
if reads == "1" then
  redis.call("RPUSH", list, "1")
  redis.call("PEXPIRE", list, 60000)
end
return "OK"
