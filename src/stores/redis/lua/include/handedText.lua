-- Layout of a message that is handed over, as an enqueue needs it: see handed.
--- @include handed

-- The id of the write that handed it over.
local function handedBy(text) return string.match(text, "h%-([^\n]*)", 19) end

-- The text of a message that is handed over for a ticket, at this moment by this write. `what` is a parcel without its time, or
-- WHOLE and a parcel.
local function handedText(ticket, at, writeId, what)
  return string.sub(ticket, 2) .. at .. "h-" .. writeId .. "\n" .. what
end
