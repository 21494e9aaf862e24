-- What is handed over stands on the list of wake-ups, which holds "1" for a plain one:
--
--   1-10 order · 11-21 leased at, ms in hex · 22-29 length of the lease, ms in hex · request · line break · record
--
-- Its token is that of a lease of one message.
--- @include record

local function tokenOfHanded(order, request, record)
  local key = keyOf(record)
  return order .. ":" .. request .. ":---:" .. string.sub(record, HEAD - 11, HEAD) .. (key and ":" .. key or "")
end
