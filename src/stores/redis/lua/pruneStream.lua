-- Gives up events of a stream: of each only its tail stays, so that its position is still known.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the head of the log
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] name string the stream
-- ARGV[2] upTo integer count
-- ARGV[3] limit integer count
-- Returns up to which version events are given up
-- Errors WRONGTYPE, FORMAT
-- Cost O(m) for m events; 1,000: 2 ms

local result, key = KEYS[1], KEYS[2]
local name, upTo, limit = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
--- @include stream
--- @include once

-- What stays of a stream is written anew without the entries in front, where it is small: so a call stays short, and a stream that is
-- pruned bit by bit ends small all the same.
local REWRITE_BYTES_MAX = 65536

local head = readLog(key, "trimmed", fieldOfStream(name))
local stream = openStream(key, name, head[3])
local trimmed = head[2] and partsOfPosition(head[2]) or 0
local given = givenUpTo(stream, trimmed)
upTo = math.min(upTo, given + limit, stream.version)

local function dropEntries()
  local drop = math.min(stream.pruned, stream.version - 1) - stream.dropped
  if drop < 1 or (stream.version - stream.dropped - drop) * ENTRY_BYTES > REWRITE_BYTES_MAX then return end
  redis.call("SET", stream.key, readEntries(stream, stream.dropped + drop + 1, stream.version))
  stream.dropped = stream.dropped + drop
end

return tonumber(once(result, KEYS, 3, function()
  redis.call("HDEL", key, "-") -- a removal first, so that the rest passes under full memory too
  if upTo <= given then return string.format("%.0f", given) end
  local entries = readEntries(stream, given + 1, upTo)
  local places, lengths = {}, {}
  for i = 1, upTo - given do
    local place, tail = entryIn(entries, i)
    local list = segmentOf(key, place)
    lengths[list] = lengths[list] or redis.call("LLEN", list) -- events may be large, so none is read
    if place > trimmed and indexOf(place) < lengths[list] then places[#places + 1] = { place, tail } end
  end
  for _, entry in ipairs(places) do redis.call("LSET", segmentOf(key, entry[1]), indexOf(entry[1]), entry[2]) end
  stream.pruned = upTo
  dropEntries()
  redis.call("HSET", key, fieldOfStream(name), noteText(stream))
  return string.format("%.0f", upTo)
end))
