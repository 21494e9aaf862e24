-- Gathers what a request gets: tokens, leases, the reply. Most of a lease's time goes into this loop, so it touches three fields
-- of every message and parses nothing.
local LATE_COUNT_MAX = 1000
local SUSPICION_ALLOWED = { empty = 2, proven = 1, full = 0 }

-- `stem` is order and request, each with its colon; `expiry` is a text; by `terms` marked parcels are judged.
local function openDelivery(stem, expiry, reply, terms)
  return {
    stem = stem, expiry = expiry, reply = reply, terms = terms, size = 0, leases = {}, expiries = {}, suffixes = {},
    unknown = {}, late = {}, stopped = false,
  }
end

-- What becomes of a marked parcel: "late" where it is not begun any more, "stop" where these hands may not have it, "alone" where
-- no other message may come with it, else nil. Answers also whether a dedupe id stands for it.
local function judge(delivery, parcel)
  --- @include marks
  local terms, late = delivery.terms, delivery.late
  local cause = whyNotBegun(parcel, terms.now, terms.deliveriesMax)
  if cause then
    late[#late + 1] = { parcel, cause }
    return "late"
  end
  local _, suspicion, _, dedupe = marksOf(parcel)
  if suspicion == 0 then return nil, dedupe ~= "" end
  if delivery.size > 0 or suspicion > SUSPICION_ALLOWED[terms.hands] then return "stop" end
  return "alone", dedupe ~= ""
end

-- Delivers the parcels of a run while their payloads fit; the first parcel of a reply always does. `delivery.origins` has the
-- origins of those that returned. Answers how many parcels are done with, and their bytes without those of late ones.
local function deliver(delivery, parcels, bytesMax)
  local leases, expiries, suffixes, reply = delivery.leases, delivery.expiries, delivery.suffixes, delivery.reply
  local origins = delivery.origins
  local stem, expiry, place, bytes = delivery.stem, delivery.expiry, delivery.size, 0
  local byte, sub = string.byte, string.sub
  local placed = stem .. placeStem(place)
  for i = 1, #parcels do
    local parcel = parcels[i]
    local isKnown, kind = known(parcel), byte(parcel, KIND_AT)
    local plain, fate, deduped = kind == PLAIN, nil, false
    if isKnown and kind >= MARKED and hasMarks(parcel) then fate, deduped = judge(delivery, parcel) end
    local size = (isKnown and plain) and #parcel - HEAD or sizeOf(parcel)
    if not size then isKnown, fate, size = false, nil, #parcel end -- its meta is damaged
    if fate == "stop" then delivery.stopped = true end
    if fate == "stop" or fate ~= "late" and bytes + size > bytesMax and delivery.size + #delivery.unknown > 0 then
      return i - 1, bytes
    end
    if not isKnown then
      bytes, delivery.unknown[#delivery.unknown + 1] = bytes + size, parcel
    elseif fate ~= "late" then
      bytes = bytes + size
      local low = place % 64
      if low == 0 then placed = stem .. placeStem(place) end
      local suffix = sub(parcel, ID_TAIL_AT, HEAD)
      local key = not plain and keyOf(parcel)
      if key then suffix = suffix .. ":" .. key end
      local token = placed .. sub(DIGITS, low + 1, low + 1) .. (deduped and DEDUPED or ":") .. suffix
      leases[2 * place + 1], leases[2 * place + 2] = token, origins and leaseText(origins[i], parcel) or parcel
      expiries[2 * place + 1], expiries[2 * place + 2] = expiry, token
      place = place + 1
      suffixes[place], reply[place + 4] = deduped and DEDUPED .. suffix or suffix, parcel
      delivery.size = place
    end
    if fate == "alone" or #delivery.late == LATE_COUNT_MAX then
      delivery.stopped = fate == "alone"
      return i, bytes
    end
  end
  return #parcels, bytes
end
