-- A consumer that waits while nothing is ready leaves a ticket at `:h`. A single message that is enqueued takes it: it is leased in
-- the call that adds it, and arrives without a lease call of its own. It stands in place of the ticket until it is booked.
--
-- Handing over does no more than it must, since a consumer waits meanwhile: every call that looks at leases begins by booking.
-- A ticket is valid for a moment, as its consumer may have died, and while nothing is ready and nobody leases. What was handed
-- over and is read by nobody goes back: see reclaim.
--- @include handed

-- Enters what was handed over among the leases and in the counts, and its write among those that were answered. Answers the
-- number of the queue's leases, or nil where nothing was handed over.
local function book(key)
  local text = redis.call("GET", key .. ":h")
  if not text or not isHanded(text) then return nil end
  --- @include handedParts
  --- @include writeId
  local token, record, writeId, order, endsAt = readHanded(text)
  if not token then return nil end
  redis.call("HLEN", key .. ":l") -- what is written below is read first, by its type: see guard
  redis.call("ZCARD", key .. ":x")
  local seq = math.max(order, tonumber(redis.call("HGET", key, "seq") or 0))
  redis.call("DEL", key .. ":h")
  redis.call("HSET", key .. ":l", token, record)
  redis.call("ZADD", key .. ":x", endsAt, token)
  redis.call("HINCRBY", key, "enqueued", 1)
  redis.call("HSET", key, "format", FORMAT, "seq", seq)
  redis.call("SET", resultOf(key, writeId), "+", "PX", "3600000")
  return seq
end
