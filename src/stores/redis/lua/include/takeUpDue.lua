-- Takes up what is due for a call that only looks: only then is known whether it is ready or waits behind the head of its key.
--- @include format

local function takeUpDue(key, now)
  readHead(key)
  if #redis.call("ZRANGEBYSCORE", key .. ":d", "-inf", now, "LIMIT", 0, 1) == 0 then return end
  --- @include openGuarded
  --- @include promote
  local queue = openGuarded(key, now)
  promote(queue)
  closeQueue(queue)
end
