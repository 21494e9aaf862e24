-- Changes of a record: a failure more, or begun again.
--- @include marks
local META = "^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n()"
local HISTORY_SIZE_MAX = 10

local function hex(ms) return string.format("%011x", ms) end
local function levelOf(record) return known(record) and string.match(record, "^%d", 13) or "0" end
local function idOf(record) return string.sub(record, 17, HEAD) end
local function failuresOf(record) return tonumber(string.sub(record, 14, 16), 16) or 0 end

-- Key, first enqueue, failures, headers, and where the payload begins.
local function metaOf(record)
  if hasMeta(record) then return string.match(record, META, metaAt(record)) end
  return "", "", "", "", HEAD + 1
end

-- Whether it was leased before, as a failure or its being given back tells.
local function wasLeased(record)
  if not known(record) then return false end
  local _, _, returns = marksOf(record)
  return returns > 0 or failuresOf(record) > 0
end

-- The same message with one failure more, given back no times since. `entry` is the time in hex and the cause as a JSON string;
-- it is more suspicious where that is the end of its lease, else not at all.
local function failed(record, entry, leaseEnded)
  local endless, suspicion, _, dedupe = marksOf(record)
  record = marked(record, endless, leaseEnded and math.min(suspicion + 1, SUSPICION_MAX) or 0, 0, dedupe)
  local count = string.format("%03x", math.min(failuresOf(record) + 1, 4095))
  if not hasMeta(record) then
    local kind = string.byte(record, 12) == 48 and "1" or "3"
    return string.sub(record, 1, 11) .. kind .. string.sub(record, 13, 13) .. count .. string.sub(record, 17, HEAD)
      .. "\n\n" .. entry .. "\n\n" .. string.sub(record, HEAD + 1)
  end
  local metaFrom = metaAt(record)
  local key, first, history, headers, at = string.match(record, META, metaFrom)
  if not at then return string.sub(record, 1, 13) .. count .. string.sub(record, 17) end
  if history ~= "" then
    local _, tabs = string.gsub(history, "\t", "")
    if tabs >= HISTORY_SIZE_MAX - 1 then history = string.match(history, "\t(.*)") end
    entry = history .. "\t" .. entry
  end
  return string.sub(record, 1, 13) .. count .. string.sub(record, 17, metaFrom - 1) .. key .. "\n" .. first .. "\n" .. entry
    .. "\n" .. headers .. "\n" .. string.sub(record, at)
end

-- The same message at attempt 1.
local function afresh(record)
  return string.sub(record, 1, 13) .. "000" .. string.sub(record, 17)
end
