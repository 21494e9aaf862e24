-- Reads events of one stream, and tells what it is like.
-- KEYS[1] key hash the head of the log
-- ARGV[1] name string the stream
-- ARGV[2] after integer count
-- ARGV[3] upTo integer count
-- ARGV[4] limit integer count
-- ARGV[5] backwards flag from the last to the first
-- ARGV[6] bytesMax integer bytes
-- Returns version, up to which version events are given up, 1 where it is closed, then place and text of each event
-- Errors WRONGTYPE, FORMAT
-- Cost O(m) for m events; 100 in a row: 0.2 ms, 1,000 scattered: 4 ms

local key = KEYS[1]
local name, after, upTo = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local limit, backwards, bytesMax = tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
--- @include logText
--- @include stream
--- @include readEvents

local head = readLog(key, "trimmed", "largest", fieldOfStream(name))
local stream = openStream(key, name, head[4])
local given = givenUpTo(stream, head[2] and partsOfPosition(head[2]) or 0)
local from = math.max(after, given) + 1
upTo = math.min(upTo, stream.version)
local answer = { stream.version, given, stream.closed and 1 or 0 }
local count = math.min(limit, upTo - from + 1)
if count < 1 then return answer end
if backwards == "1" then from = upTo - count + 1 else upTo = from + count - 1 end

local entries, reading = readEntries(stream, from, upTo), openReading(bytesMax, head[3])
local function placeOf(number) return (entryIn(entries, backwards == "1" and count - number + 1 or number)) end

-- How many events from this one on stand side by side in one list, of those that may be read at once.
local function lengthOfRun(number)
  local place, length, most = placeOf(number), 1, math.min(nextCount(reading), count - number + 1)
  local step = backwards == "1" and -1 or 1
  while length < most do
    local next = place + step * length
    if placeOf(number + length) ~= next or segmentOf(key, next) ~= segmentOf(key, place) then break end
    length = length + 1
  end
  return length
end

local number = 1
while number <= count do
  local length = lengthOfRun(number)
  local texts = readRun(key, backwards == "1" and placeOf(number + length - 1) or placeOf(number), length)
  for i = 1, length do
    local text = texts[backwards == "1" and length - i + 1 or i]
    if not text or not fitsIn(reading, text) then return answer end
    answer[#answer + 1], answer[#answer + 2] = placeOf(number + i - 1), text
  end
  number = number + length
end
return answer
