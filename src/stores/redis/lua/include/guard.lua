-- Reads every key of a queue by its type: where somebody else's value stands in the place of ours, the call fails here,
-- before it changed anything, since an error does not undo what a script has done.
local function guard(key)
  for level = 0, 9 do redis.call("LLEN", key .. ":r:" .. level) end
  for _, name in ipairs({ ":a", ":x", ":d", ":b", ":bq", ":dead" }) do redis.call("ZCARD", key .. name) end
  for _, name in ipairs({ ":l", ":k", ":bi" }) do redis.call("HLEN", key .. name) end
  redis.call("LLEN", key .. ":w")
  redis.call("LLEN", key .. ":o")
  redis.call("SCARD", key .. ":f")
  redis.call("STRLEN", key .. ":h")
end

-- The same for a queue that only gets messages at the ends of these levels.
local function guardEnds(key, levels)
  for level in pairs(levels) do redis.call("LLEN", key .. ":r:" .. level) end
  redis.call("LLEN", key .. ":w")
  redis.call("STRLEN", key .. ":h")
end

local function guardKey(key, name)
  redis.call("LLEN", key .. ":k:" .. name)
end
