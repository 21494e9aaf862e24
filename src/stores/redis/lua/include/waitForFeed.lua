-- Notes that a process waits at the end of the log: see wakeFeeds.
local function waitForFeed(key, list)
  redis.call("HDEL", key, "-") -- a removal first, so that the rest passes under full memory too
  redis.call("SADD", key .. ":wf", list)
  redis.call("HSET", key, "feeds", "1")
end
