-- Layout of a token, which names one delivery: order, request, place in the request, tail of the id, escaped key, parted by colons.
-- The order counts all leases of the queue, so tokens sort as they were leased. The client makes the name of the request, so no
-- token is ever given twice, whatever becomes of the count. By the key an ack finds the follower without reading the message. A
-- token has more than 64 bytes: Redis would keep up to 128 shorter ones in a list, where 200 leases cost four times as much. Where
-- a dedupe id stands for the message until it leaves the queue, "!" stands in place of the colon before the tail: it tells an ack
-- to read the message.
local DEDUPED = "!"
local DIGITS = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz" -- in the order of their codes

local function digit(value) return string.sub(DIGITS, value + 1, value + 1) end

-- The first two digits of a place; the third follows.
local function placeStem(place)
  local high = math.floor(place / 64)
  return digit(math.floor(high / 64)) .. digit(high % 64)
end

local function placeIn(token) return (string.find(token, ":", 12, true)) end

local function keyIn(token)
  local at = placeIn(token)
  return at and #token > at + 16 and string.sub(token, at + 18) or nil
end

local function isDeduped(token)
  local at = placeIn(token)
  return at and string.sub(token, at + 4, at + 4) == DEDUPED
end

-- The order of its lease and its place in it, in 13 characters.
local function orderIn(token)
  local at = placeIn(token)
  return string.sub(token, 1, 10) .. string.sub(token, at + 1, at + 3)
end
