-- Feeds that wait at the end of the log: a set has the list of each process where one waits. The next append empties the set, and pushes
-- one "1" to each list. A list is kept for a minute: its process reads every two seconds, or is gone.

-- The lists, by the flag in the head that there are some. They are read here, before anything is written.
local function feedsThatWait(key, flag)
  if flag ~= "1" then return {} end
  local lists = redis.call("SMEMBERS", key .. ":wf")
  for _, list in ipairs(lists) do redis.call("LLEN", list) end
  return lists
end

local function wakeFeeds(key, lists)
  if #lists == 0 then return end
  for _, list in ipairs(lists) do
    redis.call("RPUSH", list, "1")
    redis.call("PEXPIRE", list, 60000)
  end
  redis.call("DEL", key .. ":wf")
  redis.call("HDEL", key, "feeds")
end
