-- The latest lease request of a slot: its serial number, and what it got or "cancelled". A request that comes again is answered
-- as before; one that comes late, after a newer one or a cancel, gets nothing.
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
