-- Order per key: one message of a key at a time. A key is busy while its head is ready, delayed, leased or blocked; later
-- messages follow in a list of their own, as "0" and the record, or "1", due ms in hex, order, record.

-- Puts a message behind the head of its key.
local function follow(queue, key, due, record)
  local entry = "0" .. record
  if due > 0 then entry = "1" .. hex(due) .. nextOrder(queue) .. FIRST_PLACE .. record end
  if redis.call("RPUSH", queue.key .. ":k:" .. key, entry) == 1 then redis.call("SADD", queue.key .. ":f", key) end
  count(queue, "waiting", 1)
end

-- The head is gone: its follower becomes ready, or delayed where its time is to come.
local function leaveKey(queue, key)
  local entry = redis.call("LPOP", queue.key .. ":k:" .. key)
  if not entry then
    redis.call("HDEL", queue.key .. ":k", key)
    return
  end
  if redis.call("EXISTS", queue.key .. ":k:" .. key) == 0 then redis.call("SREM", queue.key .. ":f", key) end
  count(queue, "waiting", -1)
  if string.byte(entry, 1) == 48 then
    pushEnd(queue, string.sub(entry, 2))
    return
  end
  local due, record = tonumber(string.sub(entry, 2, 12), 16), string.sub(entry, 26)
  if due > queue.now then delay(queue, string.sub(entry, 13, 25), due, record) else pushEnd(queue, record) end
end

-- Takes a new or redriven message in, at the end of its key or of its level.
local function admit(queue, key, due, record)
  if key and redis.call("HSETNX", queue.key .. ":k", key, 1) == 0 then return follow(queue, key, due, record) end
  if due > queue.now then delay(queue, nextOrder(queue) .. FIRST_PLACE, due, record) else pushEnd(queue, record) end
end
