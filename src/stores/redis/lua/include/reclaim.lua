-- Puts a message that was handed over, and that nobody has read yet, back to the front of its level, uncounted: a call that leases
-- from the queue, looks at it or stops it comes before the consumer that waited. Answers the levels in use.
--- @include failures
--- @include book

local function reclaim(key, levels)
  local text = redis.call("LINDEX", key .. ":w", 0)
  if not text or #text < 2 then return levels end
  --- @include handedParts
  local token, parcel = readHanded(text)
  if not token then
    redis.call("LPOP", key .. ":w")
    return levels
  end
  local level = tonumber(levelOf(parcel))
  redis.call("LLEN", key .. ":r:" .. level) -- a foreign value fails here, before anything is written: see guard
  book(key)
  redis.call("LPOP", key .. ":w")
  if redis.call("HDEL", key .. ":l", token) == 0 then return levels end
  redis.call("ZREM", key .. ":x", token)
  redis.call("LPUSH", key .. ":r:" .. level, parcel)
  local inUse = bit.bor(levels, bit.lshift(1, level))
  if inUse ~= levels then redis.call("HSET", key, "levels", inUse) end
  return inUse
end
