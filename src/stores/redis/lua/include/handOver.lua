-- Hands a new message over where a consumer waits and nothing else is ready: it is leased in the call that adds it, and put
-- on the list that the consumer reads, so it arrives without a lease call of its own. `:i` tells that somebody waits, and how
-- long that lease is to be; it fades by itself, so a consumer that died is expected for a moment only. What nobody reads goes
-- back: see reclaim. Answers whether it did.
--- @include handed

local function handOver(key, wakes, record, seq, request, now)
  local leaseMs = redis.call("GET", key .. ":i")
  if not leaseMs then return false end
  local order = string.format("%010x", seq)
  local token = tokenOfHanded(order, request, record)
  redis.call("HLEN", key .. ":l") -- what is written after the first is read before, by its type: see guard
  redis.call("ZADD", key .. ":x", string.format("%.0f", now + leaseMs), token)
  redis.call("HSET", key .. ":l", token, record)
  redis.call("RPUSH", wakes, string.format("%s %s %.0f %s\n", order, request, now, leaseMs) .. record)
  return true
end
