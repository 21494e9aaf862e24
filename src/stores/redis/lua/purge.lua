-- Deletes ready messages by level and in order, each with those that wait behind it; then delayed ones by due time, likewise;
-- then those that wait behind a head that stays. It reads only what it needs to know keys and dedupe ids: messages in lists go
-- unread where the queue has neither, and those behind a head where it has no dedupe ids.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] limit integer count
-- ARGV[3] bytesMax integer bytes
-- Returns how many were deleted, and 1 where more are left, else 0
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m deleted; 1,000 keys: 5 ms, 4 MiB that are read: 10 ms, 100 MiB unread: 7 ms

local result, key = KEYS[1], KEYS[2]
local given, limit, bytesMax = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
--- @include clock
--- @include openGuarded
--- @include keys
--- @include passOn
--- @include planFollowers
--- @include entry
--- @include once

local queue = openGuarded(key, clock(given))
local keyed, deduped = redis.call("HLEN", key .. ":k") > 0, redis.call("HGET", key, "deduped") == "1"
local portion = openPortion(limit, bytesMax)
local drops, met = {}, {}

-- Everything is planned, and so read, before the first message is deleted: no error can come in between.
local function plan(number, drop)
  if number > 0 then drops[#drops + 1] = drop end
end

-- Plans for those that wait behind a head, which goes with them or stays.
local function planBehind(name, headGoes)
  if met[name] then return end
  local drop = planFollowers(queue, name, portion, deduped)
  met[name] = true
  plan(1, function()
    drop()
    if headGoes then leaveKey(queue, name) end
  end)
end

local function planHeads(length, read, drop, isHead)
  local number = 0
  while number < length and not portion.full do
    local parcel = read(number)
    if not fits(portion, #parcel) then break end
    number = number + 1
    if deduped then plan(1, function() forget(key, parcel) end) end
    local name = (not isHead or isHead(parcel)) and keyOf(parcel)
    if name then planBehind(name, true) end
  end
  plan(number, function() drop(number) end)
end

local function planAll()
  for level = 9, 0, -1 do
    local rank, name = rankOf(level), key .. ":r:" .. level
    local before = redis.call("ZCOUNT", key .. ":a", "-inf", "(" .. rank)
    planHeads(redis.call("ZCOUNT", key .. ":a", rank, rank), function(at)
      return parcelOfEntry(redis.call("ZRANGE", key .. ":a", before + at, before + at)[1])
    end, function(number) dropReturned(key, level, number) end)
    local function trim(number) redis.call("LTRIM", name, number, -1) end
    local length = redis.call("LLEN", name)
    if keyed or deduped then
      planHeads(length, function(at) return redis.call("LINDEX", name, at) end, trim)
    else
      local number = fitUnread(portion, length, queue.largest)
      plan(number, function() trim(number) end)
    end
  end
  planHeads(redis.call("ZCARD", key .. ":d"), function(at)
    return withoutMark(queue, parcelOfEntry(redis.call("ZRANGE", key .. ":d", at, at)[1]))
  end, function(number) redis.call("ZREMRANGEBYRANK", key .. ":d", 0, number - 1) end, wasLeased) -- a first delivery is no head
  if not portion.full then
    for _, name in ipairs(redis.call("SRANDMEMBER", key .. ":f", portion.count)) do
      planBehind(name, false)
    end
  end
end

return once(result, KEYS, 3, function()
  queue.levels = reclaim(key, queue.levels)
  planAll()
  for _, drop in ipairs(drops) do drop() end
  local purged = limit - portion.count
  queue.wake = false
  count(queue, "purged", purged)
  closeQueue(queue)
  passOn(key, queue.now)
  local left = tonumber(redis.call("HGET", key, "waiting") or 0) + redis.call("ZCARD", key .. ":d") + readyCount(key)
  return purged .. " " .. (left > 0 and 1 or 0)
end)
