-- Deletes ready messages by level and in order, then delayed ones by due time, then those that wait behind their key's head.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2] limit integer count
-- Returns how many were deleted
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m deleted

local key = KEYS[1]
local given, limit = ARGV[1], tonumber(ARGV[2])
--- @include clock
--- @include queue
--- @include keys
--- @include guard
--- @include slot

local queue = openQueue(key, clock(given))
guard(key)
queue.levels = reclaim(key, queue.levels)
local function guardKeyOf(record)
  local name = keyOf(record)
  if name then guardKey(key, name) end
end
for level = 0, 9 do
  for _, record in ipairs(readReturned(key, level, limit)) do guardKeyOf(record) end
  for _, record in ipairs(redis.call("LRANGE", key .. ":r:" .. level, 0, limit - 1)) do guardKeyOf(record) end
end
for _, entry in ipairs(redis.call("ZRANGE", key .. ":d", 0, limit - 1)) do guardKeyOf(string.sub(entry, 14)) end
local followed = redis.call("SRANDMEMBER", key .. ":f", limit)
for _, name in ipairs(followed) do guardKey(key, name) end

local purged = 0
-- A deleted head lets its follower go, which is met in its turn. Answers whether something became ready by that.
local function drop(record)
  purged = purged + 1
  forget(key, record)
  local name = keyOf(record)
  if not name then return false end
  leaveKey(queue, name)
  local freed = next(queue.ends) ~= nil
  pushAll(queue)
  return freed
end

-- Deletes records until a follower becomes ready, which may be of a higher level. Answers how many.
local function dropAll(records)
  for i, record in ipairs(records) do
    if drop(record) then return i end
  end
  return #records
end

local function dropReady()
  for level = 9, 0, -1 do
    local size, list = math.min(limit - purged, 100), key .. ":r:" .. level
    local returned = readReturned(key, level, size)
    if #returned > 0 then
      dropReturned(key, level, dropAll(returned))
      return true
    end
    local records = redis.call("LRANGE", list, 0, size - 1)
    if #records > 0 then
      redis.call("LPOP", list, dropAll(records)) -- followers joined the other end
      return true
    end
  end
  return false
end

redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
while purged < limit do
  if not dropReady() then
    local delayed = redis.call("ZPOPMIN", key .. ":d")[1]
    if not delayed then break end
    local record = string.sub(delayed, 14)
    if wasLeased(record) then
      drop(record)
    else -- it is not in the line of its key
      purged = purged + 1
      forget(key, record)
    end
  end
end
for _, name in ipairs(followed) do
  local records = purged < limit and redis.call("LPOP", key .. ":k:" .. name, limit - purged) or {}
  local dropped = #records
  for i = 1, dropped do forget(key, records[i]) end
  if redis.call("EXISTS", key .. ":k:" .. name) == 0 then redis.call("SREM", key .. ":f", name) end
  purged = purged + dropped
  count(queue, "waiting", -dropped)
end
queue.wake = false
count(queue, "purged", purged)
closeQueue(queue)
passOn(key, queue.now)
return purged
