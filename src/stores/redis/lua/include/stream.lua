-- Layout of a stream: a string of eight bytes an event, its place in the log (five) and the tail of its id (three). The first of them may
-- have been dropped once their events were pruned, but never the last. What there is to say of a stream besides stands in the log's head,
-- where it is needed: up to which version it was pruned, a blank, how many were dropped, a blank, "c" where it is closed, else "o".
--- @include logText
--- @include streamEntry

local function noteText(stream)
  return string.format("%.0f %.0f %s", stream.pruned, stream.dropped, stream.closed and "c" or "o")
end

-- The stream of this name, with the note that the log's head has of it, if it has one.
local function openStream(key, name, note)
  local stream = { name = name, key = streamKey(key, name), pruned = 0, dropped = 0, closed = false }
  if note then
    local pruned, dropped, state = string.match(note, "^(%d+) (%d+) (%a)$")
    stream.pruned, stream.dropped, stream.closed = tonumber(pruned), tonumber(dropped), state == "c"
  end
  stream.version = stream.dropped + redis.call("STRLEN", stream.key) / ENTRY_BYTES
  return stream
end

-- The entries of these versions as one text.
local function readEntries(stream, from, upTo)
  return redis.call("GETRANGE", stream.key, (from - 1 - stream.dropped) * ENTRY_BYTES, (upTo - stream.dropped) * ENTRY_BYTES - 1)
end

-- Place and tail of the entry of this number, from 1, in such a text.
local function entryIn(entries, number)
  local place, tail = struct.unpack(">I5I3", entries, (number - 1) * ENTRY_BYTES + 1)
  return place, string.format("%06x", tail)
end

local function lastTailOf(stream)
  if stream.version == 0 then return "" end
  return tailOfLast(redis.call("GETRANGE", stream.key, -ENTRY_BYTES, -1))
end

-- Up to which version its events are given up: pruned, or trimmed with all that stood up to this place.
local function givenUpTo(stream, trimmed)
  local low, high = stream.pruned, stream.version
  if trimmed == 0 then return low end
  while low < high do
    local middle = math.floor((low + high) / 2)
    local place = entryIn(readEntries(stream, middle + 1, middle + 1), 1)
    if place > trimmed then high = middle else low = middle + 1 end
  end
  return low
end
