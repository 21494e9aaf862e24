-- Frees blocked messages, the oldest first. By `decision` each is run again before others, purged, or dead-lettered.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] target string -
-- ARGV[3] name string -
-- ARGV[4] decision string -
-- ARGV[5] limit integer count
-- ARGV[6] bytesMax integer bytes
-- ARGV[7] lettersMax integer count
-- Returns how many were freed, and 1 where more of the target are left, else 0
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m freed; 1,000: 7 ms, 2 MiB: 30 ms

local result, key = KEYS[1], KEYS[2]
local given, target, name, decision = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local limit, bytesMax, lettersMax = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
--- @include clock
--- @include openGuarded
--- @include keys
--- @include shelf
--- @include shelfParts
--- @include heldParts
--- @include portion
--- @include once

local queue = openGuarded(key, clock(given))

-- How many blocked messages the target means, and a function that finds the position of each, oldest first.
local function targeted()
  if target == "key" or target == "id" then
    local at
    if target == "key" then at = positionOfKey(key, name) else at = positionOfId(key, name) end
    return at and 1 or 0, function() return at end
  end
  local index = key .. ({ queue = ":bq", all = ":b" })[target]
  return redis.call("ZCARD", index), function(at)
    return redis.call("ZRANGE", index, at, at, "WITHSCORES")[2]
  end
end

local function free(entry)
  local position, note, parcel = readShelved(entry)
  local scope, origin, cause = readBlockNote(note)
  local messageKey = keyOf(parcel)
  redis.call("ZREMRANGEBYSCORE", key .. ":b", position, position)
  unhold(queue, parcel, position)
  if scope == "q" then
    count(queue, "halts", -1)
    redis.call("ZREM", key .. ":bq", position)
  end
  if messageKey then redis.call("HSET", key .. ":k", messageKey, queue.marks and queue.marks.of(messageKey) or 1) end
  if decision == "retry" then
    pushReturned(queue, origin, afresh(parcel))
  elseif decision == "skip" then
    forget(key, parcel)
    count(queue, "purged", 1)
  elseif decision == "reject" then
    deadLetter(queue, parcel, cause, lettersMax)
  end
  if decision ~= "retry" and messageKey then leaveKey(queue, messageKey) end
end

return once(result, KEYS, 3, function()
  local length, positionAt = targeted()
  local entries = readPortion(openPortion(limit, bytesMax), length, function(at)
    local position = positionAt(at)
    return redis.call("ZRANGEBYSCORE", key .. ":b", position, position)[1]
  end)
  for _, entry in ipairs(entries) do
    local messageKey = keyOf(parcelIn(entry))
    if messageKey then guardKey(key, messageKey) end
  end
  for _, entry in ipairs(entries) do free(entry) end
  if #entries > 0 then queue.wake = true end -- a halted queue may go on, also where no freed message came back
  closeQueue(queue)
  return #entries .. " " .. (#entries < length and 1 or 0)
end)
