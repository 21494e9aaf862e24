-- Makes what is due ready: first deliveries at the end, returning messages at the front, both by due time. Records are read
-- some at a time, so those that return gather on lists of their own, which then move to the front as they are.
--- @include comeBackLimits

local function moveToFront(queue, level)
  local gathered, ready = queue.key .. ":r:back" .. level, queue.key .. ":r:" .. level
  while redis.call("RPOPLPUSH", gathered, ready) do end
  local levels = bit.bor(queue.levels, bit.lshift(1, level))
  if levels ~= queue.levels then redis.call("HSET", queue.key, "levels", levels) end
  queue.levels, queue.wake = levels, true
end

local function promote(queue)
  local returning, moved, some = {}, 0, nil
  repeat
    some = redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", 0, COME_BACK_AT_ONCE)
    slices("ZREM", queue.key .. ":d", some)
    for _, entry in ipairs(some) do
      local record = string.sub(entry, 14)
      if known(record) and failuresOf(record) > 0 then
        redis.call("RPUSH", queue.key .. ":r:back" .. levelOf(record), record)
        returning[levelOf(record)] = true
      else
        pushEnd(queue, record)
      end
    end
    pushAll(queue)
    moved = moved + #some
  until #some < COME_BACK_AT_ONCE or moved >= COME_BACK_COUNT_MAX
  if next(returning) then queue.levels = reclaim(queue.key, queue.levels) end
  for level in pairs(returning) do moveToFront(queue, tonumber(level)) end
end
