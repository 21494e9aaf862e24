-- The latest request of a place where requests follow each other: its serial number, and what it got or "cancelled". A
-- request that comes again is answered as before; one that comes late, after a newer one or a cancel, gets nothing.
--- @include token
local SLOT_MS = 3600000

local function readSlot(slot)
  local text = redis.call("GET", slot)
  if not text then return nil end
  local serial, order, suffixes = string.match(text, "^(%d+) (%S+) ?(.*)$")
  return { serial = tonumber(serial), order = order, suffixes = suffixes, cancelled = order == "cancelled" }
end

local function writeSlot(slot, serial, order, suffixes)
  redis.call("SET", slot, serial .. " " .. order .. " " .. table.concat(suffixes, ","), "PX", SLOT_MS)
end

-- The tokens that the request got, in order.
local function tokensOf(last, request)
  local tokens = {}
  for suffix in string.gmatch(last.suffixes, "[^,]+") do
    local place = #tokens
    tokens[place + 1] = last.order .. ":" .. request .. ":" .. placeStem(place) .. digit(place % 64) .. ":" .. suffix
  end
  return tokens
end

local function replay(queue, last, request)
  local reply = { last.order, queue.now, "", 0 }
  for _, token in ipairs(tokensOf(last, request)) do
    reply[#reply + 1] = redis.call("HGET", queue.key .. ":l", token) or ""
  end
  return reply
end

-- Where something is ready, the wake-up that a request without use may have taken goes to another consumer.
local function passOn(queue)
  for level = 0, 9 do
    if redis.call("LLEN", queue.key .. ":r:" .. level) > 0 then queue.wake = true end
  end
  if redis.call("ZCOUNT", queue.key .. ":d", "-inf", queue.now) > 0 then queue.wake = true end
  if queue.wake then wake(queue.key) end
end

-- The ms until the next due time or the next end of a lease, or "".
local function untilChange(queue)
  local nearest = ""
  for _, name in ipairs({ ":d", ":x" }) do
    local at = tonumber(redis.call("ZRANGE", queue.key .. name, 0, 0, "WITHSCORES")[2])
    if at and (nearest == "" or at - queue.now < nearest) then nearest = math.max(0, at - queue.now) end
  end
  return nearest
end
