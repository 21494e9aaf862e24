-- Gives up the events of all streams up to a position.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the head of the log
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] upTo string the position
-- ARGV[2] limit integer count
-- Returns the position up to which the log is trimmed, or "" where it is not
-- Errors WRONGTYPE, FORMAT
-- Cost O(m) for m lists of 256 events; 10,000 events: 1 ms

local result, key = KEYS[1], KEYS[2]
local upTo, limit = ARGV[1], tonumber(ARGV[2])
--- @include atEvent
--- @include once

local head = readLog(key, "last", "tail", "trimmed")
local ends, trimmedTo = readEnds(head), head[4]
local trimmed = ends.trimmed
local wanted, tail = partsOfPosition(upTo)

-- The events of one list up to this place: a list whose events are all given up is gone.
local function trimList(from, place)
  local list = segmentOf(key, place)
  if indexOf(place) == SEGMENT - 1 then
    redis.call("UNLINK", list)
    return
  end
  for at = from, place do redis.call("LSET", list, indexOf(at), "") end
end

return once(result, KEYS, 3, function()
  redis.call("HDEL", key, "-") -- a removal first, so that the rest passes under full memory too
  if not isAtEvent(key, wanted, tail, ends) or wanted <= trimmed then return trimmedTo or "" end
  local place = math.min(wanted, trimmed + limit)
  local lists = {}
  for at = trimmed + 1, place do
    if indexOf(at) == 0 or at == trimmed + 1 then lists[#lists + 1] = { from = at } end
    lists[#lists].upTo = at
  end
  for _, list in ipairs(lists) do redis.call("LLEN", segmentOf(key, list.from)) end -- a foreign value fails here, before anything is written
  local position = positionOf(place, tailOfEvent(eventAt(key, place)))
  for _, list in ipairs(lists) do trimList(list.from, list.upTo) end
  redis.call("HSET", key, "trimmed", position)
  return position
end)
