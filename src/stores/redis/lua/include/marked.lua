-- Layout of the marks of a parcel, continued: changes them, and frees the dedupe id among them.
--- @include parcelFields
--- @include marks
--- @include dedupe
local UNMARKED = ENDLESS .. "0000"
local SUSPICION_MAX, RETURNS_MAX = 2, 4095

-- The same message with other marks.
local function marked(parcel, endless, suspicion, returns, dedupe)
  local marks = endless .. suspicion .. string.format("%03x", math.min(returns, RETURNS_MAX)) .. dedupe
  if marks == UNMARKED and not hasMarks(parcel) then return parcel end
  local json = isEscaped(parcel) and 2 or 0
  local rest = hasMeta(parcel) and string.sub(parcel, metaAt(parcel)) or "\n\n\n\n" .. bodyOf(parcel)
  local kind = marks == UNMARKED and 1 + json or 5 + json
  if kind >= 5 then rest = marks .. "\n" .. rest end
  return headWith(parcel, kind) .. rest
end

-- The same message, given back uncounted once more.
local function givenBack(parcel)
  if not known(parcel) then return parcel end
  local endless, suspicion, returns, dedupe = marksOf(parcel)
  return marked(parcel, endless, suspicion, returns + 1, dedupe)
end

-- The same message after its lease ended before it was begun; nil where that end counts all the same, see QueuePort.
local function passed(parcel)
  if not known(parcel) then return nil end
  local endless, suspicion, returns, dedupe = marksOf(parcel)
  return suspicion < SUSPICION_MAX and marked(parcel, endless, suspicion + 1, returns, dedupe) or nil
end

-- Called when the message leaves the queue: frees its dedupe id, unless that stands for another message.
local function forget(key, parcel)
  if not hasMarks(parcel) then return end
  local _, _, _, dedupe = marksOf(parcel)
  if dedupe == "" then return end
  local name = key .. ":u:" .. dedupe
  local first = redis.pcall("GET", name)
  if first == dedupeText(idOf(parcel), FOR_EVER) then redis.call("DEL", name) end
end
