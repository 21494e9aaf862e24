-- Wake-ups for others than who calls.
--- @include wake

local function readyCount(key)
  local ready = redis.call("ZCARD", key .. ":a")
  for level = 0, 9 do ready = ready + redis.call("LLEN", key .. ":r:" .. level) end
  return ready
end

-- Where something is ready, the wake-up that a request without use may have taken goes to another consumer.
local function passOn(key, now)
  if redis.call("ZCOUNT", key .. ":d", "-inf", now) + readyCount(key) > 0 then wake(key) end
end

-- The queue may have no owner any more: wakes one of those that stand by.
local function wakeStandby(key)
  if redis.call("LLEN", key .. ":o") == 0 then redis.call("RPUSH", key .. ":o", "1") end
end
