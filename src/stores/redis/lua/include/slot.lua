-- The latest request of a place where requests follow each other: its serial number, and what it got or "cancelled". A
-- request that comes again is answered as before; one that comes late, after a newer one or a cancel, gets nothing.
--- @include token

local function readSlot(slot)
  local text = redis.call("GET", slot)
  if not text then return nil end
  local serial, order, suffixes = string.match(text, "^(%d+) (%S+) ?(.*)$")
  return { serial = tonumber(serial), order = order, suffixes = suffixes, cancelled = order == "cancelled" }
end

local function writeSlot(slot, serial, order, suffixes)
  redis.call("SET", slot, string.format("%.0f", serial) .. " " .. order .. " " .. table.concat(suffixes, ","), "PX", "3600000")
end

-- The tokens that the request got, in order.
local function tokensOf(last, request)
  local tokens = {}
  for suffix in string.gmatch(last.suffixes, "[^,]+") do
    local place = #tokens
    local mark = string.sub(suffix, 1, 1) == DEDUPED and "" or ":"
    tokens[place + 1] = last.order .. ":" .. request .. ":" .. placeStem(place) .. digit(place % 64) .. mark .. suffix
  end
  return tokens
end

local function readyCount(key)
  local ready = redis.call("ZCARD", key .. ":a")
  for level = 0, 9 do ready = ready + redis.call("LLEN", key .. ":r:" .. level) end
  return ready
end

-- Where something is ready, the wake-up that a request without use may have taken goes to another consumer.
local function passOn(key, now)
  local ready = redis.call("ZCOUNT", key .. ":d", "-inf", now) + readyCount(key)
  if ready > 0 and redis.call("LINDEX", key .. ":w", -1) ~= "1" then redis.call("RPUSH", key .. ":w", "1") end
end

-- The ms until the next due time or the next end of a lease, or "".
local function untilChange(key, now)
  local nearest = ""
  for _, name in ipairs({ ":d", ":x" }) do
    local at = tonumber(redis.call("ZRANGE", key .. name, "0", "0", "WITHSCORES")[2])
    local inMs = at and math.ceil(at) - now -- an end may have a part of a millisecond: see unbegun
    if at and (nearest == "" or inMs < nearest) then nearest = math.max(0, inMs) end
  end
  return nearest
end
