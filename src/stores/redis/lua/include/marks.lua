-- Layout of the marks of a parcel, which few parcels have, in the first line behind the id:
--
--   1-11 ms from the enqueue after which it is not begun, in hex, or dashes · 12 how often in a row its lease ended unsettled,
--   2 at most · 13-15 how often in a row it was given back uncounted, in hex · "d" and the dedupe id that stands for it until
--   it leaves the queue
--
-- A message with no mark has no such line, and costs nothing for it.
--- @include parcel
local ENDLESS = "-----------"

-- The four marks: ms in hex or dashes, suspicion and returns as numbers, "d" and the dedupe id or "".
local function marksOf(parcel)
  if not hasMarks(parcel) then return ENDLESS, 0, 0, "" end
  return string.sub(parcel, HEAD + 1, HEAD + 11), string.byte(parcel, HEAD + 12) - 48,
    tonumber(string.sub(parcel, HEAD + 13, HEAD + 15), 16), string.sub(parcel, HEAD + 16, metaAt(parcel) - 2)
end

-- Why the message is not begun any more, as a JSON string, or nil.
local function whyNotBegun(parcel, now, deliveriesMax)
  local endless, _, returns = marksOf(parcel)
  if endless ~= ENDLESS and tonumber(string.sub(parcel, 1, 11), 16) + tonumber(endless, 16) < now then
    return '"expired before it was begun"'
  end
  return returns >= deliveriesMax and '"handed over ' .. deliveriesMax .. ' times without a settlement"' or nil
end
