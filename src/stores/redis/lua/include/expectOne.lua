-- Leaves the ticket of a consumer that waits: see book.
--- @include expect
local TICKET_MS = 3000

-- The ticket is for the shortest lease of the consumers that wait, but for a second at least, so that the one that gets the message
-- can extend it in time. `before` is the ticket that is there; `changeMs` tells in how many ms something changes by time, or "".
local function leaveTicket(key, before, order, leaseMs, changeMs)
  --- @include handedParts
  local shortest = math.max(1000, leaseMs)
  local other = leaseMsOf(before or "")
  if other then shortest = math.min(shortest, other) end
  local ticket, forMs = ticketText(order, shortest), changeMs == "" and TICKET_MS or math.min(changeMs, TICKET_MS)
  if ticket == before then redis.call("PEXPIRE", key .. ":h", forMs) else redis.call("SET", key .. ":h", ticket, "PX", forMs) end
end

local function expectOne(key, order, leaseMs, changeMs)
  if changeMs == 0 then return expectNobody(key) end
  leaveTicket(key, redis.call("GET", key .. ":h"), order, leaseMs, changeMs)
end
