-- Takes ready messages by priority level, then in order. Of the messages that are taken while several levels hold some, every
-- eighth comes from a lower level than the highest. The lower levels take turns: the next one below the lower level that was
-- served last.
--- @include returned
--- @include deliver
local RESERVE_PERIOD = 8
local READ_BYTES_MAX = 4194304

-- The levels that hold messages: of each, how many returned, and how many were never leased.
local function readyLists(key, levels)
  local lists, returned = {}, 0
  if bit.band(levels, RETURNED) ~= 0 then
    returned = redis.call("ZCARD", key .. ":a")
    if returned == 0 then levels = levels - RETURNED end
  end
  for level = 9, 0, -1 do
    local inUse = bit.band(levels, bit.lshift(1, level)) ~= 0
    if inUse or returned > 0 then
      local name = key .. ":r:" .. level
      local back = returned > 0 and redis.call("ZCOUNT", key .. ":a", rankOf(level), rankOf(level)) or 0
      local length = inUse and redis.call("LLEN", name) or 0
      if inUse and length == 0 then levels = levels - bit.lshift(1, level) end
      if back + length > 0 then lists[#lists + 1] = { level = level, name = name, returned = back, length = length } end
      returned = returned - back
    end
  end
  return lists, levels
end

-- Which list has its turn, and how many it may give in a row.
local function turnOf(lists, turn, served)
  if #lists == 1 then return 1, 10000 end
  if turn < RESERVE_PERIOD - 1 then return 1, RESERVE_PERIOD - 1 - turn end
  for at = 2, #lists do
    if lists[at].level < served then return at, 1 end
  end
  return 2, 1
end

-- Reads the first parcels of a level, those that returned before others. It reads a list by taking from it; `dropFirst` puts back
-- what does not fit.
local function readFirst(key, list, size)
  if list.returned > 0 then return readReturned(key, list.level, size) end
  return redis.call("LPOP", list.name, size), nil
end

local function dropFirst(key, list, parcels, gone)
  if list.returned > 0 then return dropReturned(key, list.level, gone) end
  for i = #parcels, gone + 1, -1 do redis.call("LPUSH", list.name, parcels[i]) end
end

-- Delivers up to `max` parcels and `bytesMax` bytes of payload, but at least one parcel. Answers whether more is ready, and the
-- levels in use.
local function take(key, levelsBefore, max, bytesMax, delivery, largest)
  local lists, levels = readyLists(key, levelsBefore)
  local turns = #lists > 1 and redis.call("HMGET", key, "turn", "served") or {}
  local turn, served = tonumber(turns[1] or 0), tonumber(turns[2] or 0)
  -- How many parcels one read takes: what does not fit was read in vain, so 4 MiB at most, if each is as large as the largest.
  local roomMax = math.max(1, math.min(1000, math.floor(READ_BYTES_MAX / largest)))
  local taken, bytes, room = 0, 0, math.min(4, roomMax)
  while taken < max and #lists > 0 and room > 0 do
    local several, at, run = #lists > 1, turnOf(lists, turn, served)
    local list = lists[at]
    local place = list.returned > 0 and "returned" or "length"
    local parcels, origins = readFirst(key, list, math.min(run, max - taken, list[place], room))
    delivery.origins = origins
    local late = #delivery.late
    local gone, size = deliver(delivery, parcels, bytesMax - bytes)
    local leased = gone - (#delivery.late - late)
    dropFirst(key, list, parcels, gone)
    taken, bytes = taken + leased, bytes + size
    list[place] = list[place] - gone
    if several and leased > 0 then
      if turn == RESERVE_PERIOD - 1 then served = list.level end
      turn = (turn + leased) % RESERVE_PERIOD
    end
    -- The next read takes as many as the bytes that are left allow at the average size so far: large payloads are not read in vain.
    if taken > 0 then room = math.min(roomMax, math.max(1, math.floor((bytesMax - bytes) * taken / math.max(bytes, 1)))) end
    if gone < #parcels or delivery.stopped or #delivery.late == LATE_COUNT_MAX then room = 0 end
    if place == "length" and list.length == 0 then levels = levels - bit.lshift(1, list.level) end
    if list.returned + list.length == 0 then table.remove(lists, at) end
  end
  if turns[1] ~= nil and taken > 0 then redis.call("HSET", key, "turn", turn, "served", served) end
  if levels ~= levelsBefore then redis.call("HSET", key, "levels", levels) end
  return #lists > 0, levels
end
