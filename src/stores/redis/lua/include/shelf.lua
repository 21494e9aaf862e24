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
  return tonumber(string.sub(text, 1, 10), 16), string.sub(text, 11, 21), note, string.sub(text, at)
end

-- Blocked messages are found by id: a hash of their positions, several where two messages bear one id.
local function remember(queue, position, record)
  local index, id = queue.key .. ":bi", idOf(record)
  local others = redis.call("HGET", index, id)
  redis.call("HSET", index, id, others and (others .. "," .. position) or position)
end

local function forget(queue, position, record)
  local index, id = queue.key .. ":bi", idOf(record)
  local kept = {}
  for other in string.gmatch(redis.call("HGET", index, id) or "", "%d+") do
    if tonumber(other) ~= position then kept[#kept + 1] = other end
  end
  if #kept == 0 then redis.call("HDEL", index, id) else redis.call("HSET", index, id, table.concat(kept, ",")) end
end

-- Dead-letters a record and trims the oldest letters above the limit.
local function bury(queue, record, cause, lettersMax)
  shelve(queue, "dead", { note = queue.nowHex .. cause, record = record })
  local excess = redis.call("ZCARD", queue.key .. ":dead") - lettersMax
  if excess <= 0 then return end
  redis.call("ZREMRANGEBYRANK", queue.key .. ":dead", 0, excess - 1)
  count(queue, "purged", excess)
end
