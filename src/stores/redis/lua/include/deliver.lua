-- Gathers what a request gets: tokens, leases, the reply. Three fields of every message are touched and nothing is parsed:
-- most of a lease's time goes into this loop.

-- `stem` is order and request, with their colons; `expiry` a text.
local function openDelivery(stem, expiry, reply)
  return { stem = stem, expiry = expiry, reply = reply, size = 0, leases = {}, expiries = {}, suffixes = {}, unknown = {} }
end

-- Takes the records of a run while their payloads fit; the first of all always does. `delivery.origins` has the origins of
-- those that returned. Answers how many, and their bytes.
local function deliver(delivery, records, bytesMax, isFirst)
  local leases, expiries, suffixes, reply = delivery.leases, delivery.expiries, delivery.suffixes, delivery.reply
  local origins = delivery.origins
  local stem, expiry, place, bytes = delivery.stem, delivery.expiry, delivery.size, 0
  local byte, sub = string.byte, string.sub
  local placed = stem .. placeStem(place)
  for i = 1, #records do
    local record = records[i]
    local isKnown, plain = known(record), byte(record, 12) == 48
    local size = (isKnown and plain) and #record - HEAD or sizeOf(record)
    if bytes + size > bytesMax and not (isFirst and i == 1) then return i - 1, bytes end
    bytes = bytes + size
    if isKnown then
      local low = place % 64
      if low == 0 then placed = stem .. placeStem(place) end
      local suffix = sub(record, HEAD - 11, HEAD)
      local key = not plain and keyOf(record)
      if key then suffix = suffix .. ":" .. key end
      local token = placed .. sub(DIGITS, low + 1, low + 1) .. ":" .. suffix
      leases[2 * place + 1], leases[2 * place + 2] = token, origins and leaseText(origins[i], record) or record
      expiries[2 * place + 1], expiries[2 * place + 2] = expiry, token
      place = place + 1
      suffixes[place], reply[place + 4] = suffix, record
      delivery.size = place
    else
      delivery.unknown[#delivery.unknown + 1] = record
    end
  end
  return #records, bytes
end
