-- The record of a message, one opaque string that stands in exactly one place. Everything before the payload is of fixed
-- width or ends in a line break, and nothing of it is decoded here that a move does not need:
--
--   1 version "1" · 2-12 enqueued at, ms in hex · 13 level · 14-16 failures in hex · 17-52 id · 53 flag · meta · payload
--
-- Flag: 0 plain · 1 with meta · 2 payload as a JSON string · 3 both. Meta is four lines: "k" and the escaped key; the first
-- enqueue of a redriven message, ms in hex; failures (ms in hex, cause as a JSON string), tab-separated; headers as JSON.
local META = "^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n()"
local HISTORY_SIZE_MAX = 10

local function hex(ms) return string.format("%011x", ms) end
local function known(record) return string.byte(record, 1) == 49 and #record >= 53 end
local function hasMeta(record) return known(record) and string.byte(record, 53) % 2 == 1 end
local function levelOf(record) return known(record) and string.sub(record, 13, 13) or "0" end
local function idOf(record) return string.sub(record, 17, 52) end
local function failuresOf(record) return tonumber(string.sub(record, 14, 16), 16) end

-- The escaped key, or nil.
local function keyOf(record)
  return hasMeta(record) and string.match(record, "^k([^\n]*)\n", 54) or nil
end

local function metaOf(record)
  if hasMeta(record) then return string.match(record, META, 54) end
  return "", "", "", "", 54
end

-- The bytes of the payload.
local function sizeOf(record)
  if not hasMeta(record) then return math.max(0, #record - 53) end
  local at = 53
  for _ = 1, 4 do at = string.find(record, "\n", at + 1, true) end
  return #record - at
end

-- The same message with one failure more.
local function failed(record, now, cause)
  local key, first, history, headers, at = metaOf(record)
  local _, tabs = string.gsub(history, "\t", "")
  if tabs >= HISTORY_SIZE_MAX - 1 then history = string.match(history, "\t(.*)") end
  history = (history == "" and "" or history .. "\t") .. hex(now) .. cause
  local flag = string.char(string.byte(record, 53) + (hasMeta(record) and 0 or 1))
  return table.concat({
    string.sub(record, 1, 13), string.format("%03x", math.min(failuresOf(record) + 1, 4095)), string.sub(record, 17, 52),
    flag, key, "\n", first, "\n", history, "\n", headers, "\n", string.sub(record, at),
  })
end

-- The same message at attempt 1.
local function afresh(record)
  return string.sub(record, 1, 13) .. "000" .. string.sub(record, 17)
end
