-- Hands a new message over where a consumer waits and nothing else is ready: it is leased in the call that adds it, and put
-- on the list that the consumer reads, so it arrives without a lease call of its own. `waitMs` tells how long that lease is to
-- be, `waitUntil` until when somebody is expected to wait: a consumer that died is for a moment only. What nobody reads goes
-- back: see reclaim. Answers the new number of the queue's leases.
--- @include handed

local function handOver(key, wakes, record, seq, request, now, leaseMs)
  local order = string.format("%010x", seq)
  local token = tokenOfHanded(order, request, record)
  redis.call("ZADD", key .. ":x", string.format("%.0f", now + leaseMs), token)
  local failure = redis.pcall("HSET", key .. ":l", token, record)
  if type(failure) == "table" then -- somebody else's value stands there
    redis.call("ZREM", key .. ":x", token)
    error(failure)
  end
  redis.call("RPUSH", wakes, string.format("%s%011x%08x%s\n", order, now, leaseMs, request) .. record)
  return string.format("%.0f", seq)
end
