-- Order per key: one message of a key at a time. A key is busy while its head is ready, leased, blocked, or delayed after it was
-- leased. Later messages of the key wait in a list of their own. A mark is "m" and the mark, or nil: see keyMark.

-- Puts a message behind the head of its key.
local function follow(queue, key, parcel)
  if redis.call("RPUSH", queue.key .. ":k:" .. key, parcel) == 1 then redis.call("SADD", queue.key .. ":f", key) end
  count(queue, "waiting", 1)
end

-- Called when the head of a key is gone: its follower becomes ready, or the key is free.
local function leaveKey(queue, key)
  local parcel = redis.call("LPOP", queue.key .. ":k:" .. key)
  if not parcel then
    redis.call("HDEL", queue.key .. ":k", key)
    return
  end
  if redis.call("EXISTS", queue.key .. ":k:" .. key) == 0 then redis.call("SREM", queue.key .. ":f", key) end
  count(queue, "waiting", -1)
  if queue.marks then
    local mark
    parcel, mark = queue.marks.part(parcel)
    queue.marks.set(key, mark)
  end
  pushEnd(queue, parcel)
end

-- Takes in a message that was never leased, or is redriven, at the end of its key or of its level.
local function admit(queue, key, parcel, mark)
  if key and redis.call("HSETNX", queue.key .. ":k", key, mark or 1) == 0 then
    return follow(queue, key, mark and mark .. "\n" .. parcel or parcel)
  end
  pushEnd(queue, parcel)
end
