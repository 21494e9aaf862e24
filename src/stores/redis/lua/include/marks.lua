-- What few messages bear, in the first line behind their id:
--
--   1-11 ms from the enqueue after which it is not begun, in hex, or dashes · 12 how often in a row its lease ended unsettled,
--   2 at most · 13-15 how often in a row it was given back uncounted, in hex · the dedupe id, behind a "d", that
--   stands for it until it leaves the queue
--
-- A message without any of it has no such line, and costs nothing for it.
--- @include record
local ENDLESS, UNMARKED = "-----------", "-----------0000"
local SUSPICION_MAX, RETURNS_MAX = 2, 4095

-- The parts of the line: ms in hex or dashes, suspicion and returns as numbers, "d" and the id or "".
local function marksOf(record)
  if not hasMarks(record) then return ENDLESS, 0, 0, "" end
  return string.sub(record, HEAD + 1, HEAD + 11), string.byte(record, HEAD + 12) - 48,
    tonumber(string.sub(record, HEAD + 13, HEAD + 15), 16), string.sub(record, HEAD + 16, metaAt(record) - 2)
end

-- The same message with other marks.
local function marked(record, endless, suspicion, returns, dedupe)
  local marks = endless .. suspicion .. string.format("%03x", math.min(returns, RETURNS_MAX)) .. dedupe
  if marks == UNMARKED and not hasMarks(record) then return record end
  local json = string.byte(record, 12) % 4 >= 2 and 2 or 0
  local rest = hasMeta(record) and string.sub(record, metaAt(record)) or "\n\n\n\n" .. string.sub(record, HEAD + 1)
  local kind = marks == UNMARKED and 1 + json or 5 + json
  if kind >= 5 then rest = marks .. "\n" .. rest end
  return string.sub(record, 1, 11) .. kind .. string.sub(record, 13, HEAD) .. rest
end

-- The same message, given back uncounted once more.
local function givenBack(record)
  if not known(record) then return record end
  local endless, suspicion, returns, dedupe = marksOf(record)
  return marked(record, endless, suspicion, returns + 1, dedupe)
end

-- The same message, whose lease ended before it was begun; nil where that counts all the same, see Store.
local function passed(record)
  if not known(record) then return nil end
  local endless, suspicion, returns, dedupe = marksOf(record)
  return suspicion < SUSPICION_MAX and marked(record, endless, suspicion + 1, returns, dedupe) or nil
end

-- Why it is not begun any more, as a JSON string, or nil.
local function whyNotBegun(record, now, deliveriesMax)
  local endless, _, returns = marksOf(record)
  if endless ~= ENDLESS and tonumber(string.sub(record, 1, 11), 16) + tonumber(endless, 16) < now then
    return '"expired before it was begun"'
  end
  return returns >= deliveriesMax and '"handed over ' .. deliveriesMax .. ' times without a settlement"' or nil
end

-- The name of what its dedupe id stands at, where that is to be free once the message leaves the queue, or nil.
local function dedupeNameOf(key, record)
  if not hasMarks(record) then return nil end
  local _, _, _, dedupe = marksOf(record)
  return dedupe ~= "" and key .. ":u:" .. dedupe or nil
end

-- The message leaves the queue: its dedupe id is free. Another's stays, whatever stands there.
local function forget(key, record)
  local name = dedupeNameOf(key, record)
  if not name then return end
  local first = redis.pcall("GET", name)
  if first == string.sub(record, 17, HEAD) .. " s" then redis.call("DEL", name) end
end
