-- Layout of a message that is handed over, continued: see handed. A text of another format, or a damaged one, is passed over.
--- @include handed
--- @include moment
--- @include parcel
local WHOLE = "+"
local HEX_8 = string.rep("%x", 8)
local HANDED = "^" .. FORMAT .. ":(" .. HEX_8 .. "%x%x)(" .. HEX_8 .. ")(%d+%.?%d*)h%-([^\n]*)\n()"

-- The message's token and parcel, the id of its write, its order, and when its lease ends; nil where the text cannot be read.
local function readHanded(text)
  local order, length, moment, writeId, tailAt = string.match(text, HANDED)
  if not tailAt or #text < tailAt + HEAD - 12 then return nil end
  local at = msOf(moment)
  local parcel = string.format("%011x", at) .. string.sub(text, tailAt)
  if string.sub(text, tailAt, tailAt) == WHOLE then parcel = string.sub(text, tailAt + 1) end
  local key = keyOf(parcel)
  local token = order .. ":h-" .. writeId .. ":---:" .. string.sub(parcel, ID_TAIL_AT, HEAD) .. (key and ":" .. key or "")
  return token, parcel, writeId, tonumber(order, 16), at + tonumber(length, 16)
end

local function ticketText(order, leaseMs) return TICKET .. order .. string.format("%08x", leaseMs) end

-- The length of the lease that a ticket promises, or nil.
local function leaseMsOf(ticket)
  local length = string.match(ticket, "^" .. TICKET .. HEX_8 .. "%x%x(%x+)$")
  return length and tonumber(length, 16)
end
