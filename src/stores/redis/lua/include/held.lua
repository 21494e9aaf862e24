-- Where blocked messages stand on their shelf, by id: positions parted by commas, since two messages may bear one id.

local function hold(queue, record, position)
  local index, id = queue.key .. ":bi", idOf(record)
  local others = redis.call("HGET", index, id)
  redis.call("HSET", index, id, others and (others .. "," .. position) or position)
end

-- Forgets the position of a record that was taken from the shelf.
local function unhold(queue, record, position)
  local index, id = queue.key .. ":bi", idOf(record)
  local kept = {}
  for other in string.gmatch(redis.call("HGET", index, id) or "", "%d+") do
    if tonumber(other) ~= position then kept[#kept + 1] = other end
  end
  if #kept == 0 then redis.call("HDEL", index, id) else redis.call("HSET", index, id, table.concat(kept, ",")) end
end
