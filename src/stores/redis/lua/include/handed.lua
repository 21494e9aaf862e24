-- What is handed over stands on the list of wake-ups, which holds "1" for a plain one: order, request, ms, lease's ms, parted
-- by spaces; a line break; the record. Its token is that of a lease of one message.
--- @include record

local function tokenOfHanded(order, request, record)
  local key = keyOf(record)
  return order .. ":" .. request .. ":---:" .. string.sub(record, 41, 52) .. (key and ":" .. key or "")
end
