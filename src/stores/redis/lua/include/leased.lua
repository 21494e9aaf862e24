-- Layout of a message at `:l`: its parcel, or if it had returned before, "@", its origin and its parcel. The origin is the order of the
-- first lease. It is the message's place among all that return, whenever and however often it returns.
--- @include token

-- Parcel and origin, or nil.
local function readLeased(key, token)
  local text = redis.call("HGET", key .. ":l", token)
  if not text then return nil end
  if string.byte(text, 1) == 64 then return string.sub(text, 15), string.sub(text, 2, 14) end
  return text, orderIn(token)
end

local function leaseText(origin, parcel) return "@" .. origin .. parcel end
