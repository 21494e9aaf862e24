-- Layout of the places of blocked messages on their shelf. By id: positions parted by commas, since two messages may have one id.
-- By key: "b" and the position of the key's head, or "q" where the head halts the queue; then its mark, if it has one.

local function busyText(position) return "b" .. position end

local function hold(queue, parcel, position)
  local index, id = queue.key .. ":bi", idOf(parcel)
  local others = redis.call("HGET", index, id)
  redis.call("HSET", index, id, others and (others .. "," .. position) or position)
end
