-- Changes of a record: a failure more, or begun again.
--- @include record
local META = "^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n()"
local HISTORY_SIZE_MAX = 10

local function hex(ms) return string.format("%011x", ms) end
local function levelOf(record) return known(record) and string.sub(record, 13, 13) or "0" end
local function idOf(record) return string.sub(record, 17, 48) end
local function failuresOf(record) return tonumber(string.sub(record, 14, 16), 16) end

-- Key, first enqueue, failures, headers, and where the payload begins.
local function metaOf(record)
  if hasMeta(record) then return string.match(record, META, 49) end
  return "", "", "", "", 49
end

-- The same message with one failure more. `entry` is the time in hex and the cause as a JSON string.
local function failed(record, entry)
  local count = string.format("%03x", math.min(failuresOf(record) + 1, 4095))
  if not hasMeta(record) then
    local kind = string.byte(record, 12) == 48 and "1" or "3"
    return string.sub(record, 1, 11) .. kind .. string.sub(record, 13, 13) .. count .. string.sub(record, 17, 48)
      .. "\n\n" .. entry .. "\n\n" .. string.sub(record, 49)
  end
  local key, first, history, headers, at = string.match(record, META, 49)
  if history ~= "" then
    local _, tabs = string.gsub(history, "\t", "")
    if tabs >= HISTORY_SIZE_MAX - 1 then history = string.match(history, "\t(.*)") end
    entry = history .. "\t" .. entry
  end
  return string.sub(record, 1, 13) .. count .. string.sub(record, 17, 48) .. key .. "\n" .. first .. "\n" .. entry .. "\n"
    .. headers .. "\n" .. string.sub(record, at)
end

-- The same message at attempt 1.
local function afresh(record)
  return string.sub(record, 1, 13) .. "000" .. string.sub(record, 17)
end
