-- Layout of what a lease holds: the record, or of a message that had returned before, "@", its origin and the record. The origin is the
-- order of the first lease: its place among all that returns, whenever and however often it does.
--- @include token

-- Record and origin, or nil.
local function readLeased(key, token)
  local text = redis.call("HGET", key .. ":l", token)
  if not text then return nil end
  if string.byte(text, 1) == 64 then return string.sub(text, 15), string.sub(text, 2, 14) end
  return text, orderIn(token)
end

local function leaseText(origin, record) return "@" .. origin .. record end
