-- The ms until the next due time or the next end of a lease, or "".
local function untilChange(key, now)
  local nearest = ""
  for _, name in ipairs({ ":d", ":x" }) do
    local at = tonumber(redis.call("ZRANGE", key .. name, "0", "0", "WITHSCORES")[2])
    local inMs = at and math.ceil(at) - now -- an end may be half a millisecond less: see unbegun
    if at and (nearest == "" or inMs < nearest) then nearest = math.max(0, inMs) end
  end
  return nearest
end
