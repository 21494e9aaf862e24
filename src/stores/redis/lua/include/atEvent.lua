-- Whether a position names an event that the log has, or had. An event may be large, so the tail of the last one, where most readers are,
-- stands in the head.
--- @include logText

-- What the head says of both ends of the log: place and tail of the last event that there ever was, and of the last that was trimmed.
local function readEnds(head)
  local ends = { last = tonumber(head[2] or 0), tail = head[3] or "", trimmed = 0, trimmedTail = "" }
  if head[4] then ends.trimmed, ends.trimmedTail = partsOfPosition(head[4]) end
  return ends
end

-- Of the events that were trimmed only the last is known by its tail.
local function isAtEvent(key, place, tail, ends)
  if place == 0 then return tail == "" end
  if not place or place > ends.last then return false end
  if place == ends.last then return tail == ends.tail end
  if place <= ends.trimmed then return place < ends.trimmed or tail == ends.trimmedTail end
  local text = eventAt(key, place)
  return text ~= nil and tailOfEvent(text) == tail
end

-- The position of the last event that there ever was, or "".
local function lastPosition(ends) return ends.last == 0 and "" or positionOf(ends.last, ends.tail) end
