-- A consumer that waits while nothing is ready leaves a ticket at `:h`: "w", the format and a colon, the order of the lease that it
-- is to have, and its length, ms in hex. A single message that is enqueued takes the ticket: it is leased in the call that adds it, and arrives
-- without a lease call of its own. It stands in place of the ticket until it is booked, and on the list of wake-ups, which holds
-- "1" for a plain one:
--
--   the format and a colon · order, 10 characters · length of the lease, ms in hex, 8 · the moment at which it was enqueued and
--   leased · "h-" and the id of its write · line break · record without that moment, its first 11 characters; or "+" and a whole
--   record, leased at that moment by the write that settled the head of its key, see handOver
--
-- Handing over does no more than it must, since a consumer waits meanwhile: every call that looks at leases begins by booking.
-- A ticket is valid for a moment, as its consumer may have died, and while nothing is ready and nobody leases. What was handed
-- over and is read by nobody goes back: see reclaim. What is of another format, or damaged, is passed over.
--- @include format
--- @include moment
--- @include record
local TICKET_MS = 3000
local WHOLE = "+"

local HEX_8 = string.rep("%x", 8)
local HANDED = "^" .. FORMAT .. ":(" .. HEX_8 .. "%x%x)(" .. HEX_8 .. ")(%d+%.?%d*)(h%-[^\n]*)\n()"
local TICKET = "w" .. FORMAT .. ":"

local function isTicket(text) return string.sub(text, 1, #TICKET) == TICKET end

-- The token and record of such a text, the id of its write, its order, and when its lease ends; nil where it cannot be read.
local function readHanded(text)
  local order, length, moment, request, tailAt = string.match(text, HANDED)
  if not tailAt or #text < tailAt + HEAD - 12 then return nil end
  local at = msOf(moment)
  local record = string.format("%011x", at) .. string.sub(text, tailAt)
  if string.sub(text, tailAt, tailAt) == WHOLE then record = string.sub(text, tailAt + 1) end
  local key = keyOf(record)
  local token = order .. ":" .. request .. ":---:" .. string.sub(record, HEAD - 11, HEAD) .. (key and ":" .. key or "")
  return token, record, string.sub(request, 3), tonumber(order, 16), at + tonumber(length, 16)
end

-- Enters what was handed over among the leases and in the counts, and its write among those that were answered. Answers the
-- number of the queue's leases, or nil where nothing was handed over.
local function book(key)
  local text = redis.call("GET", key .. ":h")
  if not text then return nil end
  local token, record, writeId, order, endsAt = readHanded(text)
  if not token then return nil end
  redis.call("HLEN", key .. ":l") -- what is written below is read first, by its type: see guard
  redis.call("ZCARD", key .. ":x")
  local seq = math.max(order, tonumber(redis.call("HGET", key, "seq") or 0))
  redis.call("DEL", key .. ":h")
  redis.call("HSET", key .. ":l", token, record)
  redis.call("ZADD", key .. ":x", endsAt, token)
  redis.call("HINCRBY", key, "enqueued", 1)
  redis.call("HSET", key, "format", FORMAT, "seq", seq)
  redis.call("SET", string.match(key, "^{[^}]*}:") .. "w:" .. writeId, "+", "PX", "3600000")
  return seq
end

-- Nothing more is handed over until a consumer waits again.
local function expectNobody(key)
  book(key)
  redis.call("DEL", key .. ":h")
end

-- A consumer waits: the ticket is for the shortest lease of those that do, but one long enough to be extended by whoever gets
-- the message. `before` is the ticket that is there, `changeMs` tells when something will be ready by time, or "".
local function leaveTicket(key, before, order, leaseMs, changeMs)
  local shortest = math.max(1000, leaseMs)
  local other = string.match(before or "", "^" .. TICKET .. HEX_8 .. "%x%x(%x+)$")
  if other then shortest = math.min(shortest, tonumber(other, 16)) end
  local ticket, forMs = TICKET .. order .. string.format("%08x", shortest), changeMs == "" and TICKET_MS or math.min(changeMs, TICKET_MS)
  if ticket == before then redis.call("PEXPIRE", key .. ":h", forMs) else redis.call("SET", key .. ":h", ticket, "PX", forMs) end
end

local function expectOne(key, order, leaseMs, changeMs)
  if changeMs == 0 then return expectNobody(key) end
  leaveTicket(key, redis.call("GET", key .. ":h"), order, leaseMs, changeMs)
end
