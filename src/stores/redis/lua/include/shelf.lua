-- Messages set aside (blocked, dead): a zset by position, so that pages are stable and the oldest is first, and a hash of
-- their positions by id, since two messages may bear one id. The position stands in the entry too: no two are equal.

local function shelve(queue, shelf, entry)
  local position = redis.call("HINCRBY", queue.key, "position", 1)
  local id = string.sub(entry.record, 17, 48)
  redis.call("ZADD", queue.key .. ":" .. shelf, position, string.format("%010x", position) .. entry.note .. "\n" .. entry.record)
  local others = redis.call("HGET", queue.key .. ":" .. shelf .. "i", id)
  redis.call("HSET", queue.key .. ":" .. shelf .. "i", id, others and (others .. "," .. position) or position)
  return position
end

-- An entry taken apart: position, ms, the rest of its note, record.
local function readShelved(text)
  local note, at = string.match(text, "^([^\n]*)\n()", 22)
  return tonumber(string.sub(text, 1, 10), 16), string.sub(text, 11, 21), note, string.sub(text, at)
end

-- Forgets the position of a record that was taken from its shelf.
local function forget(queue, shelf, position, record)
  local index, id = queue.key .. ":" .. shelf .. "i", string.sub(record, 17, 48)
  local kept = {}
  for other in string.gmatch(redis.call("HGET", index, id) or "", "%d+") do
    if tonumber(other) ~= position then kept[#kept + 1] = other end
  end
  if #kept == 0 then redis.call("HDEL", index, id) else redis.call("HSET", index, id, table.concat(kept, ",")) end
end

-- The oldest entry with this id, taken off its shelf, or nil.
local function unshelve(queue, shelf, id)
  local positions = redis.call("HGET", queue.key .. ":" .. shelf .. "i", id)
  if not positions then return nil end
  local position = string.match(positions, "%d+")
  local entry = redis.call("ZRANGEBYSCORE", queue.key .. ":" .. shelf, position, position)[1]
  redis.call("ZREMRANGEBYSCORE", queue.key .. ":" .. shelf, position, position)
  return entry
end

-- Dead-letters a record and trims the oldest letters above the limit.
local function bury(queue, record, cause, lettersMax)
  shelve(queue, "dead", { note = queue.nowHex .. cause, record = record })
  local excess = redis.call("ZCARD", queue.key .. ":dead") - lettersMax
  if excess <= 0 then return end
  local trimmed = redis.call("ZPOPMIN", queue.key .. ":dead", excess)
  for i = 1, #trimmed, 2 do
    local position, _, _, letter = readShelved(trimmed[i])
    forget(queue, "dead", position, letter)
  end
  count(queue, "purged", excess)
end
