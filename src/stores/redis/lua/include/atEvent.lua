-- Whether a position names an event that the log has, or had.
--- @include logText

-- Of the events that were trimmed only the last is known by its tail. `trimmed` is its position, or false.
local function isAtEvent(key, place, tail, last, trimmed)
  if place == 0 then return tail == "" end
  if not place or place > last then return false end
  if trimmed then
    local trimmedPlace, trimmedTail = partsOfPosition(trimmed)
    if place < trimmedPlace then return true end
    if place == trimmedPlace then return tail == trimmedTail end
  end
  local text = eventAt(key, place)
  return text ~= nil and tailOfEvent(text) == tail
end

-- The position of the last event that there ever was, or "".
local function lastPosition(key, last, trimmed)
  if last == 0 then return "" end
  if trimmed and partsOfPosition(trimmed) == last then return trimmed end
  local text = eventAt(key, last)
  return text and positionOf(last, tailOfEvent(text)) or ""
end
