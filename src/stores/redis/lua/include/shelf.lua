-- Layout of an entry, which is a message that is set aside (blocked or dead): position in hex, 10 characters · time, ms in hex, 11 ·
-- note · line break · parcel. The note of a dead letter is its cause. The note of a blocked message is "k" or "q" for what it blocks,
-- its origin (see leased), 13 characters, and its cause. Entries stand in a zset by position, so that pages are stable and the oldest
-- is first. The position stands in the entry too, so that no two are equal.

local function blockNote(scope, origin, cause) return scope .. origin .. cause end

-- Sets a parcel aside, and answers its position.
local function shelve(queue, shelf, entry)
  local position = redis.call("HINCRBY", queue.key, "position", 1)
  local text = string.format("%010x", position) .. queue.nowHex .. entry.note .. "\n" .. entry.parcel
  redis.call("ZADD", queue.key .. ":" .. shelf, position, text)
  return position
end

-- Dead-letters a parcel and trims the oldest letters above the limit.
local function deadLetter(queue, parcel, cause, lettersMax)
  forget(queue.key, parcel)
  shelve(queue, "dead", { note = cause, parcel = parcel })
  local excess = redis.call("ZCARD", queue.key .. ":dead") - lettersMax
  if excess > 0 then count(queue, "purged", redis.call("ZREMRANGEBYRANK", queue.key .. ":dead", 0, excess - 1)) end
end
