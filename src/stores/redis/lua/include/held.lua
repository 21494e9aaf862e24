-- Layout of what tells where blocked messages stand on their shelf. By id: positions parted by commas, since two messages may bear
-- one id. By key: "b" and the position of its head.

local function busyText(position) return "b" .. position end

local function hold(queue, record, position)
  local index, id = queue.key .. ":bi", idOf(record)
  local others = redis.call("HGET", index, id)
  redis.call("HSET", index, id, others and (others .. "," .. position) or position)
end
