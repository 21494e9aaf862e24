-- Layout of the places of blocked messages, continued: see held.

-- The position of the message that blocks a key, or of the first with an id; nil where there is none.
local function positionOfKey(key, name) return string.match(redis.call("HGET", key .. ":k", name) or "", "^b(%d+)") end
local function positionOfId(key, id) return string.match(redis.call("HGET", key .. ":bi", id) or "", "%d+") end

-- Forgets the position of a parcel that was taken from the shelf.
local function unhold(queue, parcel, position)
  local index, id = queue.key .. ":bi", idOf(parcel)
  local kept = {}
  for other in string.gmatch(redis.call("HGET", index, id) or "", "%d+") do
    if tonumber(other) ~= position then kept[#kept + 1] = other end
  end
  if #kept == 0 then redis.call("HDEL", index, id) else redis.call("HSET", index, id, table.concat(kept, ",")) end
end
