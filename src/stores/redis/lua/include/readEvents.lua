-- Reads events many at a time, so that an answer stays small: the size of an event is known only when it is read, so it begins with four
-- and goes on with as many as should fit, by the average of those that it has seen. One read has no more bytes than 1 MiB if each event is
-- as large as the largest of the log: many large ones behind small ones, read in one go, would hold up the server for seconds.
--- @include logText
--- @include large
local FIRST_COUNT = 4
local READ_BYTES_MAX = 1048576

local function openReading(bytesMax, largest)
  local room = math.max(1, math.min(SEGMENT, math.floor(READ_BYTES_MAX / tonumber(largest or LARGE))))
  return { bytesMax = bytesMax, room = room, bytes = 0, seen = 0 }
end

-- How many of the next events may be read at once.
local function nextCount(reading)
  if reading.seen == 0 then return math.min(FIRST_COUNT, reading.room) end
  local left = reading.bytesMax - reading.bytes
  return math.max(1, math.min(reading.room, math.floor(left * reading.seen / reading.bytes)))
end

-- What is kept at so many places from this one on, all of one list.
local function readRun(key, place, count) return redis.call("LRANGE", segmentOf(key, place), indexOf(place), indexOf(place) + count - 1) end

-- Counts in what was read, and tells whether it fits. The first always does.
local function fitsIn(reading, text)
  if reading.seen > 0 and reading.bytes + #text > reading.bytesMax then return false end
  reading.seen, reading.bytes = reading.seen + 1, reading.bytes + #text
  return true
end
