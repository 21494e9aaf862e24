-- The messages that were leased before and are ready again: a zset by level, the highest first, and then by origin (see leased).
-- They stand before those of their level that were never leased, which are in a list. So each finds its former place, in however
-- many calls they return and whoever leases in between.
local RETURNED = 1024 -- the bit of this zset among the bits of `levels`

local function rankOf(level) return 9 - level end

-- The first parcels of a level and their origins, left in their places.
local function readReturned(key, level, limit)
  --- @include entry
  local rank, parcels, origins = rankOf(level), {}, {}
  for i, entry in ipairs(redis.call("ZRANGEBYSCORE", key .. ":a", rank, rank, "LIMIT", "0", limit)) do
    parcels[i], origins[i] = parcelOfEntry(entry), orderOfEntry(entry)
  end
  return parcels, origins
end

-- Takes the first parcels of a level away.
local function dropReturned(key, level, number)
  if number == 0 then return end
  local before = redis.call("ZCOUNT", key .. ":a", "-inf", "(" .. rankOf(level))
  redis.call("ZREMRANGEBYRANK", key .. ":a", before, before + number - 1)
end
