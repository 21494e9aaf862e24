-- One queue during one call. Messages that become ready are collected and pushed at the end; counts are added up and written once.
--- @include format
--- @include slices
--- @include failures
--- @include reclaim
--- @include expect
--- @include wake
--- @include noteSize
--- @include returned

local function openQueue(key, now)
  local head = readHead(key, "levels", "seq", "paused", "halts", "owner", "ownerUntil", "largest")
  local seq = tonumber(head[3] or 0)
  local marks
  if head[1] and head[1] ~= FORMAT then
    --- @include keyMark
    marks = openMarks(key)
  end
  return {
    key = key, now = now, nowHex = hex(now), unused = not head[1], levels = tonumber(head[2] or 0), seq = seq, seqWas = seq,
    paused = head[4] == "1", halts = tonumber(head[5] or 0), owner = head[6], ownerUntil = tonumber(head[7] or 0),
    ends = {}, returned = {}, counts = {}, wake = false, largest = tonumber(head[8] or LARGE),
    marks = marks,
  }
end

local function count(queue, name, number)
  queue.counts[name] = (queue.counts[name] or 0) + number
end

-- The next place in the order in which messages are leased and enqueued: 10 characters for a call; 3 for a message of it follow.
local function nextOrder(queue)
  queue.seq = queue.seq + 1
  return string.format("%010x", queue.seq)
end
local FIRST_PLACE = "---"

local function pushEnd(queue, parcel)
  queue.largest = noteSize(queue.key, queue.largest, #parcel)
  local level = levelOf(parcel)
  local list = queue.ends[level] or {}
  queue.ends[level] = list
  list[#list + 1] = parcel
end

-- Makes a message that was leased before ready again, in its former place.
local function pushReturned(queue, origin, parcel)
  queue.largest = noteSize(queue.key, queue.largest, #parcel)
  local list = queue.returned
  list[#list + 1] = rankOf(levelOf(parcel))
  list[#list + 1] = origin .. parcel
end

-- Keeps a parcel until it is due. The order (13 characters) sorts those that are due at the same time, and keeps equal ones apart.
local function delay(queue, order, due, parcel)
  queue.largest = noteSize(queue.key, queue.largest, #parcel)
  local nearest = redis.call("ZRANGE", queue.key .. ":d", 0, 0, "WITHSCORES")[2]
  if not nearest or due < tonumber(nearest) then
    queue.wake = true
    expectNobody(queue.key) -- a ticket ends before anything is due
  end
  redis.call("ZADD", queue.key .. ":d", due, order .. parcel)
end

local function pushAll(queue)
  if queue.marks then queue.marks.write() end
  if #queue.returned > 0 then queue.levels = reclaim(queue.key, queue.levels) end
  local levels = queue.levels
  for level, list in pairs(queue.ends) do
    slices("RPUSH", queue.key .. ":r:" .. level, list)
    levels = bit.bor(levels, bit.lshift(1, level))
  end
  if #queue.returned > 0 then
    slices("ZADD", queue.key .. ":a", queue.returned)
    levels = bit.bor(levels, RETURNED)
  end
  if next(queue.ends) or #queue.returned > 0 then
    queue.wake = true
    expectNobody(queue.key)
  end
  queue.ends, queue.returned = {}, {}
  if levels ~= queue.levels then redis.call("HSET", queue.key, "levels", levels) end
  queue.levels = levels
end

local function closeQueue(queue)
  pushAll(queue)
  if queue.unused and queue.counts.enqueued then redis.call("HSET", queue.key, "format", FORMAT) end
  if queue.seqWas ~= queue.seq then redis.call("HSET", queue.key, "seq", queue.seq) end
  for name, number in pairs(queue.counts) do
    if number ~= 0 then redis.call("HINCRBY", queue.key, name, number) end
  end
  if queue.wake then wake(queue.key) end
end
