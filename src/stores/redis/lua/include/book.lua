-- Handing over, and the booking of it. A consumer that waits while nothing is ready leaves a ticket at `:h`. A single message that is
-- enqueued takes the ticket: the call that adds it leases it, and it reaches the consumer without a lease call. It stands at `:h` in
-- place of the ticket until it is booked.
--
-- Handing over does as little as possible, since a consumer waits for it; every call that looks at leases begins by booking what is
-- left to do. A ticket is valid for a moment, as its consumer may have died, and only while nothing is ready and nobody leases. A
-- message that was handed over and that nobody reads goes back: see reclaim.
--- @include handed

-- Enters the message that was handed over among the leases and in the counts, and keeps the result of its write. Answers the
-- number of the queue's leases so far, or nil where nothing was handed over.
local function book(key)
  local text = redis.call("GET", key .. ":h")
  if not text or not isHanded(text) then return nil end
  --- @include handedParts
  --- @include writeId
  local token, parcel, writeId, order, endsAt = readHanded(text)
  if not token then return nil end
  redis.call("HLEN", key .. ":l") -- a foreign value fails here, before anything is written: see guard
  redis.call("ZCARD", key .. ":x")
  local seq = math.max(order, tonumber(redis.call("HGET", key, "seq") or 0))
  redis.call("DEL", key .. ":h")
  redis.call("HSET", key .. ":l", token, parcel)
  redis.call("ZADD", key .. ":x", endsAt, token)
  redis.call("HINCRBY", key, "enqueued", 1)
  redis.call("HSET", key, "seq", seq)
  redis.call("SET", resultOf(key, writeId), "+", "PX", "3600000")
  return seq
end
