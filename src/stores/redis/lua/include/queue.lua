-- One queue during one call. What becomes ready is collected and pushed in the end, so that several that return in one call
-- keep their former order; counts are added up and written once.
--- @include slices
--- @include failures
--- @include reclaim

local function openQueue(key, now)
  local head = redis.call("HMGET", key, "format", "levels", "seq", "paused", "halts", "owner", "ownerUntil")
  if head[1] and head[1] ~= "1" then error({ err = "FORMAT of queue " .. key .. " is " .. head[1] }) end
  local seq = tonumber(head[3] or 0)
  return {
    key = key, now = now, nowHex = hex(now), unused = not head[1], levels = tonumber(head[2] or 0), seq = seq, seqWas = seq,
    paused = head[4] == "1", halts = tonumber(head[5] or 0), owner = head[6], ownerUntil = tonumber(head[7] or 0),
    ends = {}, fronts = {}, counts = {}, wake = false,
  }
end

local function count(queue, name, number)
  queue.counts[name] = (queue.counts[name] or 0) + number
end

-- A place in the order in which messages are leased and enqueued: 10 characters for a call, 3 for a message of it.
local function nextOrder(queue)
  queue.seq = queue.seq + 1
  return string.format("%010x", queue.seq)
end
local FIRST_PLACE = "---"

local function pushEnd(queue, record)
  local level = levelOf(record)
  local list = queue.ends[level] or {}
  queue.ends[level] = list
  list[#list + 1] = record
end

local function pushFront(queue, order, record)
  local level = levelOf(record)
  local list = queue.fronts[level] or { sorted = true }
  queue.fronts[level] = list
  if #list > 0 and order < list[#list][1] then list.sorted = false end
  list[#list + 1] = { order, record }
end

-- Keeps a record until it is due; the order (13 characters) tells apart what is due at the same time, and twins.
local function delay(queue, order, due, record)
  local nearest = redis.call("ZRANGE", queue.key .. ":d", 0, 0, "WITHSCORES")[2]
  if not nearest or due < tonumber(nearest) then queue.wake = true end
  redis.call("ZADD", queue.key .. ":d", due, order .. record)
end

-- Wakes one idle consumer: one token, whatever the number of messages.
local function wake(key)
  if redis.call("LINDEX", key .. ":w", -1) ~= "1" then redis.call("RPUSH", key .. ":w", 1) end
end

local function pushAll(queue)
  if next(queue.fronts) then queue.levels = reclaim(queue.key, queue.levels) end
  local levels = queue.levels
  for level, list in pairs(queue.ends) do
    slices("RPUSH", queue.key .. ":r:" .. level, list)
    levels = bit.bor(levels, bit.lshift(1, level))
  end
  for level, list in pairs(queue.fronts) do
    if not list.sorted then table.sort(list, function(a, b) return a[1] < b[1] end) end
    local records = {}
    for i = #list, 1, -1 do records[#records + 1] = list[i][2] end
    slices("LPUSH", queue.key .. ":r:" .. level, records)
    levels = bit.bor(levels, bit.lshift(1, level))
  end
  if next(queue.ends) or next(queue.fronts) then queue.wake = true end
  queue.ends, queue.fronts = {}, {}
  if levels ~= queue.levels then redis.call("HSET", queue.key, "levels", levels) end
  queue.levels = levels
end

local function closeQueue(queue)
  pushAll(queue)
  if queue.unused and queue.counts.enqueued then redis.call("HSET", queue.key, "format", 1) end
  if queue.seqWas ~= queue.seq then redis.call("HSET", queue.key, "seq", queue.seq) end
  for name, number in pairs(queue.counts) do
    if number ~= 0 then redis.call("HINCRBY", queue.key, name, number) end
  end
  if queue.wake then wake(queue.key) end
end
