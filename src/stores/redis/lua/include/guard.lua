-- Reads every key of a queue by a command of its type. Where a foreign value stands, which is of another type, the call fails here,
-- before it has changed anything: an error does not undo what a script has done.
local function guard(key)
  for level = 0, 9 do redis.call("LLEN", key .. ":r:" .. level) end
  for _, name in ipairs({ ":a", ":x", ":d", ":b", ":bq", ":dead" }) do redis.call("ZCARD", key .. name) end
  for _, name in ipairs({ ":l", ":k", ":bi" }) do redis.call("HLEN", key .. name) end
  redis.call("LLEN", key .. ":w")
  redis.call("LLEN", key .. ":o")
  redis.call("SCARD", key .. ":f")
  redis.call("STRLEN", key .. ":h")
end

local function guardKey(key, name)
  redis.call("LLEN", key .. ":k:" .. name)
end
