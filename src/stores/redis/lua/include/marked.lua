-- Layout of the marks of a record, continued: changes them, and frees the dedupe id among them.
--- @include recordFields
--- @include marks
--- @include dedupe
local UNMARKED = ENDLESS .. "0000"
local SUSPICION_MAX, RETURNS_MAX = 2, 4095

-- The same message with other marks.
local function marked(record, endless, suspicion, returns, dedupe)
  local marks = endless .. suspicion .. string.format("%03x", math.min(returns, RETURNS_MAX)) .. dedupe
  if marks == UNMARKED and not hasMarks(record) then return record end
  local json = isEscaped(record) and 2 or 0
  local rest = hasMeta(record) and string.sub(record, metaAt(record)) or "\n\n\n\n" .. bodyOf(record)
  local kind = marks == UNMARKED and 1 + json or 5 + json
  if kind >= 5 then rest = marks .. "\n" .. rest end
  return headWith(record, kind) .. rest
end

-- The same message, given back uncounted once more.
local function givenBack(record)
  if not known(record) then return record end
  local endless, suspicion, returns, dedupe = marksOf(record)
  return marked(record, endless, suspicion, returns + 1, dedupe)
end

-- The same message after its lease ended before it was begun; nil where that end counts all the same, see QueuePort.
local function passed(record)
  if not known(record) then return nil end
  local endless, suspicion, returns, dedupe = marksOf(record)
  return suspicion < SUSPICION_MAX and marked(record, endless, suspicion + 1, returns, dedupe) or nil
end

-- Called when the message leaves the queue: frees its dedupe id, unless that stands for another message.
local function forget(key, record)
  if not hasMarks(record) then return end
  local _, _, _, dedupe = marksOf(record)
  if dedupe == "" then return end
  local name = key .. ":u:" .. dedupe
  local first = redis.pcall("GET", name)
  if first == dedupeText(idOf(record), FOR_EVER) then redis.call("DEL", name) end
end
