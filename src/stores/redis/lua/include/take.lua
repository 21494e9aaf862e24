-- Takes ready messages by priority level, then in order. Of the messages that are taken while several levels hold some,
-- every eighth comes from a lower level than the highest; the lower levels take turns, each time the next one below the
-- level that was served last.
--- @include deliver
local RESERVE_PERIOD = 8

local function readyLists(key, levels)
  local lists = {}
  for level = 9, 0, -1 do
    if bit.band(levels, bit.lshift(1, level)) ~= 0 then
      local name = key .. ":r:" .. level
      local length = redis.call("LLEN", name)
      if length > 0 then
        lists[#lists + 1] = { level = level, name = name, length = length }
      else
        levels = levels - bit.lshift(1, level)
      end
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

-- Delivers up to `max` records and `bytesMax` bytes of payload, but at least one record. Answers how many, whether more is
-- ready, and the levels in use.
local function take(key, levelsBefore, max, bytesMax, delivery)
  local lists, levels = readyLists(key, levelsBefore)
  local turns = #lists > 1 and redis.call("HMGET", key, "turn", "served") or {}
  local turn, served = tonumber(turns[1] or 0), tonumber(turns[2] or 0)
  local taken, bytes, room = 0, 0, 4
  while taken < max and #lists > 0 and room > 0 do
    local several, at, run = #lists > 1, turnOf(lists, turn, served)
    local list = lists[at]
    local records = redis.call("LPOP", list.name, math.min(run, max - taken, list.length, room))
    local gone, size = deliver(delivery, records, bytesMax - bytes, taken == 0)
    taken, bytes = taken + gone, bytes + size
    list.length = list.length - gone
    if several and gone > 0 then
      if turn == RESERVE_PERIOD - 1 then served = list.level end
      turn = (turn + gone) % RESERVE_PERIOD
    end
    -- The next read is as large as the bytes that are left allow by the size so far: large payloads are not read in vain.
    room = math.min(1000, math.max(1, math.floor((bytesMax - bytes) * taken / math.max(bytes, 1))))
    if gone < #records then room = 0 end
    for i = #records, gone + 1, -1 do redis.call("LPUSH", list.name, records[i]) end
    if list.length == 0 then
      table.remove(lists, at)
      levels = levels - bit.lshift(1, list.level)
    end
  end
  if turns[1] ~= nil and taken > 0 then redis.call("HSET", key, "turn", turn, "served", served) end
  if levels ~= levelsBefore then redis.call("HSET", key, "levels", levels) end
  return taken, #lists > 0, levels
end
