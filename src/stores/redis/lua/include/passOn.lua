-- Wakes other consumers than the one that calls.
--- @include wake

local function readyCount(key)
  local ready = redis.call("ZCARD", key .. ":a")
  for level = 0, 9 do ready = ready + redis.call("LLEN", key .. ":r:" .. level) end
  return ready
end

-- Wakes a consumer if something is ready: the request that ends here may have taken the wake-up, and leaves the messages.
local function passOn(key, now)
  if redis.call("ZCOUNT", key .. ":d", "-inf", now) + readyCount(key) > 0 then wake(key) end
end

-- Called when the queue may have no owner any more: wakes one consumer that stands by.
local function wakeStandby(key)
  if redis.call("LLEN", key .. ":o") == 0 then redis.call("RPUSH", key .. ":o", "1") end
end
