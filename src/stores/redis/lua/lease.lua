-- Takes ready messages for a consumer. It answers a resent request as before, reaps the leases that ended, promotes what is
-- due, and passes the wake-up on where more is ready.
-- Other keys of the queue follow from its name: see NAMES.md.
-- Functions that are seldom needed are defined where they are: each definition costs a call a tenth of a microsecond.
-- KEYS[1] key hash the queue's counts and gates
-- KEYS[2] slot string the latest request of a slot, see include/slot
-- ARGV[1] given integer ms
-- ARGV[2] serial integer -
-- ARGV[3] request string -
-- ARGV[4] max integer count
-- ARGV[5] bytesMax integer bytes
-- ARGV[6] leaseMs integer ms
-- ARGV[7] attemptsMax integer count
-- ARGV[8] lettersMax integer count
-- ARGV[9] owner string -
-- ARGV[10] waits flag -
-- ARGV[11] deliveriesMax integer count
-- ARGV[12] hands string -
-- Returns order, now ms, ms until something may change ("" never), a verdict, then parcels. The verdict: 1 where another consumer
--   owns the queue, 2 where a suspect is next that these hands may not have, 3 where it has to ask again at once, else 0. The
--   parcels of a resent request: those that are still leased, "" for the others; none where it was cancelled
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m leased, reaped and promoted; 1,000 leased: 2.0 ms, 4 MiB: 30 ms; 1,000 reaped: 8 ms, 2 MiB: 30 ms; 1,000
--   promoted: 3 ms, 2 MiB: 30 ms

local key, slot = KEYS[1], KEYS[2]
local given, serial, request = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local max, bytesMax, leaseMs = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local attemptsMax, lettersMax, owner, waits = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], ARGV[10]
local deliveriesMax, hands = tonumber(ARGV[11]), ARGV[12]
--- @include open
--- @include clock
--- @include slices
--- @include parcel
--- @include token
--- @include leased
--- @include take
--- @include deliver
--- @include slot
--- @include untilChange
--- @include wake
--- @include large

local function seldom()
  --- @include comeBack
  --- @include setAside
  --- @include notBegun
  return { comeBack = comeBack, setAside = setAside, reclaim = reclaim, notBegun = notBegun }
end

local now = clock(given)
-- A foreign value fails here, before anything is written: see guard, which would take a fifth of the time of a lease of one.
local last = readSlot(slot)
redis.call("ZCARD", key .. ":dead")
local head, booked = open(key, "levels", "seq", "paused", "halts", "owner", "ownerUntil", "takeover", "largest")
if last and last.serial >= serial then
  --- @include resent
  return resent(key, now, last, serial, request)
end
redis.call("HLEN", key .. ":l")
local seq = booked or tonumber(head[3] or 0)
local function anyUntilNow(name)
  return #redis.call("ZRANGEBYSCORE", key .. name, "-inf", string.format("%.0f", now), "LIMIT", "0", "1") > 0
end
local returns, levels = anyUntilNow(":x"), tonumber(head[2] or 0)
returns = anyUntilNow(":d") or returns
if #(redis.call("LINDEX", key .. ":w", 0) or "") > 1 then levels = seldom().reclaim(key, levels) end
local woken = isWoken(key)
if head[4] == "1" or (head[5] and head[5] ~= "0") then return { "", now, "", 0 } end
if owner ~= "" and head[6] and head[6] ~= owner and tonumber(head[7] or 0) > now then
  redis.call("LLEN", key .. ":o") -- the consumer will wait on it: a foreign value fails here
  return { "", now, tonumber(head[7]) - now, 1 }
end

-- A takeover ends all leases first, in as many calls as that takes. Nobody gets a message meanwhile: it would come out of order.
local takesOver = head[8] or owner ~= "" and head[6] ~= owner
local reaped, moved, pending = 0, 0, false
if returns or takesOver then
  local limits = { failures = attemptsMax, letters = lettersMax }
  reaped, levels, moved, pending = seldom().comeBack(key, now, takesOver, limits)
end
if pending then
  redis.call("HSET", key, "takeover", "1")
  if owner ~= "" then redis.call("HSET", key, "owner", owner, "ownerUntil", string.format("%.0f", now + leaseMs)) end
  return { "", now, 0, 3 }
elseif head[8] then
  redis.call("HDEL", key, "takeover")
end

local order = string.format("%010x", seq + 1)
local reply = { order, now, "", 0 }
local delivery = openDelivery(order .. ":" .. request .. ":", string.format("%.0f", now + leaseMs), reply, {
  now = now, deliveriesMax = deliveriesMax, hands = hands,
})
if moved > 1048576 then bytesMax = math.min(bytesMax, math.max(1, 4194304 - 2 * moved)) end -- moving takes twice as long as giving
local more
more, levels = take(key, levels, max, bytesMax, delivery, tonumber(head[9] or LARGE))
local late = delivery.late
if #late > 0 then levels = seldom().notBegun(key, now, late, lettersMax) end

if owner ~= "" then redis.call("HSET", key, "owner", owner, "ownerUntil", delivery.expiry) end
if #delivery.unknown > 0 then seldom().setAside(key, now, delivery.unknown, lettersMax) end
if delivery.size > 0 then
  slices("HSET", key .. ":l", delivery.leases)
  slices("ZADD", key .. ":x", delivery.expiries)
  writeSlot(slot, serial, order, delivery.suffixes)
  redis.call("HINCRBY", key, "seq", "1")
  redis.call("DEL", key .. ":h")
else
  -- Where all that came is dead or cannot be read, more may follow, so the consumer asks again.
  reply[3] = untilChange(key, now)
  if reply[3] == 0 and reaped > 0 or #late + #delivery.unknown > 0 then return { "", now, 0, 3 } end
  reply[4] = delivery.stopped and 2 or 0
  if waits == "1" and owner == "" and not more then
    --- @include expectOne
    expectOne(key, order, leaseMs, reply[3])
  end
end
if more then wake(key, woken) end
return reply
