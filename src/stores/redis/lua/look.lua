-- Looks at queues on which consumers of one process wait. It extends the ownership of an owner, leaves a ticket, so that a new
-- message may be handed over, and wakes one consumer where something is ready. For an entry that cannot be looked at it answers
-- "r": the consumer asks, and is told why.
-- KEYS[1...] queues hash the counts and gates of each entry's queue
-- ARGV[1] given integer ms
-- ARGV[2] leaseMs integer ms
-- ARGV[3...] owners string - per queue "=" and the consumer; none where no queue is exclusive
-- Returns now ms, then per entry the ms until something changes by time, or "" for never; "s" and the ms for which another
--   consumer owns the queue; or "r" where something is ready: ask for it
-- Errors none of a queue
-- Cost O(log n) per entry; 250: 2 ms

local given, leaseMs = ARGV[1], tonumber(ARGV[2])
--- @include format
--- @include clock
--- @include untilChange
--- @include wake
--- @include expectOne

redis.call("DEL", KEYS[1] .. ":-") -- a removal first, so that the rest passes under full memory too; DEL takes any type
local now = clock(given)

local function lookAt(key, owner)
  readHead(key)
  local waits = redis.call("GET", key .. ":h")
  if waits and not isTicket(waits) then
    book(key)
    waits = nil
  end
  local head = readHead(key, "levels", "seq", "paused", "halts", "owner", "ownerUntil")
  if owner and head[6] ~= owner then
    if head[6] and tonumber(head[7] or 0) > now then return "s" .. (tonumber(head[7]) - now) end
    return "r"
  end
  if owner then redis.call("HSET", key, "ownerUntil", now + leaseMs) end
  if head[4] == "1" or (head[5] and head[5] ~= "0") then return "" end
  local nearest = ""
  if head[1] then -- else the queue never had a message
    nearest = untilChange(key, now)
    if #(redis.call("LINDEX", key .. ":w", 0) or "") > 1 then return "r" end -- a handed over message, unread: it wakes its reader
    if nearest == 0 or (head[2] and head[2] ~= "0") then
      wake(key)
      return "r"
    end
  end
  if not owner then leaveTicket(key, waits, string.format("%010x", tonumber(head[3] or 0) + 1), leaseMs, nearest) end
  return nearest
end

local reply = { now }
for i = 1, #KEYS do
  local looked, answer = pcall(lookAt, KEYS[i], ARGV[i + 2])
  reply[i + 1] = looked and answer or "r"
end
return reply
