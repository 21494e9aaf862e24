-- Messages set aside (blocked, dead): a zset by position, so that pages are stable and the oldest is first. The position
-- stands in the entry too: no two are equal.

local function shelve(queue, shelf, entry)
  local position = redis.call("HINCRBY", queue.key, "position", 1)
  redis.call("ZADD", queue.key .. ":" .. shelf, position, string.format("%010x", position) .. entry.note .. "\n" .. entry.record)
  return position
end

-- An entry taken apart: position, ms, the rest of its note, record.
local function readShelved(text)
  local note, at = string.match(text, "^([^\n]*)\n()", 22)
  return tonumber(string.sub(text, 1, 10), 16), string.sub(text, 11, 21), note or "", string.sub(text, at or #text + 1)
end

-- Its record alone, or "" where the entry is damaged.
local function recordIn(text)
  local at = string.find(text, "\n", 22, true)
  return at and string.sub(text, at + 1) or ""
end

-- Dead-letters a record and trims the oldest letters above the limit.
local function bury(queue, record, cause, lettersMax)
  forget(queue.key, record)
  shelve(queue, "dead", { note = queue.nowHex .. cause, record = record })
  local excess = redis.call("ZCARD", queue.key .. ":dead") - lettersMax
  if excess > 0 then count(queue, "purged", redis.call("ZREMRANGEBYRANK", queue.key .. ":dead", 0, excess - 1)) end
end
