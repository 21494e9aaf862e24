-- A token names one delivery: order, request, place in the request, tail of the id, escaped key, parted by colons. The order
-- counts all leases of the queue, so tokens sort as they were leased; the request is made by the client, so none is ever
-- given twice, whatever becomes of the count; by the key an ack finds the follower without reading the message.
local function tokenOf(order, request, place, record, key)
  local token = order .. ":" .. request .. ":" .. string.format("%04d", place) .. ":" .. string.sub(record, 45, 52)
  return key and (token .. ":" .. key) or token
end

local function placeIn(token) return (string.find(token, ":", 12, true)) end

local function keyIn(token)
  local at = placeIn(token)
  return #token > at + 13 and string.sub(token, at + 15) or nil
end

-- What tells its place in the order in 14 characters.
local function orderIn(token)
  local at = placeIn(token)
  return string.sub(token, 1, 10) .. string.sub(token, at + 1, at + 4)
end
