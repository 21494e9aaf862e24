-- Changes of a parcel: one failure more, or attempt 1 again.
--- @include marked
local HISTORY_SIZE_MAX, FAILURES_MAX = 10, 4095

-- Whether the message was leased before: then it has a failure or was given back.
local function wasLeased(parcel)
  if not known(parcel) then return false end
  local _, _, returns = marksOf(parcel)
  return returns > 0 or failuresOf(parcel) > 0
end

-- The same message with one failure more, and given back no times since. `entry` is the time in hex and the cause as a JSON string.
-- If the failure is the end of its lease, its suspicion grows; else it has none any more.
local function failed(parcel, entry, leaseEnded)
  local endless, suspicion, _, dedupe = marksOf(parcel)
  parcel = marked(parcel, endless, leaseEnded and math.min(suspicion + 1, SUSPICION_MAX) or 0, 0, dedupe)
  local failures = math.min(failuresOf(parcel) + 1, FAILURES_MAX)
  if not hasMeta(parcel) then
    local meta = { marks = "", name = "", first = "", history = entry, headers = "", payload = bodyOf(parcel) }
    return headWith(parcel, isEscaped(parcel) and "3" or "1", failures) .. metaText(meta)
  end
  local meta = metaOf(parcel)
  if not meta then return headWith(parcel, nil, failures) .. bodyOf(parcel) end
  if meta.history ~= "" then
    local _, tabs = string.gsub(meta.history, "\t", "")
    if tabs >= HISTORY_SIZE_MAX - 1 then meta.history = string.match(meta.history, "\t(.*)") end
    entry = meta.history .. "\t" .. entry
  end
  meta.history = entry
  return headWith(parcel, nil, failures) .. metaText(meta)
end

-- The same message at attempt 1.
local function afresh(parcel) return headWith(parcel, nil, 0) .. bodyOf(parcel) end
