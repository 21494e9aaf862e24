-- Keeps the size of the largest parcel that a queue ever had, or of the largest event of the log.
--- @include large

-- Notes the size of one if it is the largest so far. Answers the largest.
local function noteSize(key, largest, size)
  if size <= largest then return largest end
  redis.call("HSET", key, "largest", size)
  return size
end
