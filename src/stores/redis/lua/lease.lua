-- Takes ready messages for a consumer: answers a resent request as before, reaps what ended, promotes what is due, and
-- passes the wake-up on where more is ready.
-- Other keys of the queue follow from its name: :r:<level> list and :a zset ready · :l hash and :x zset leased · :d zset delayed ·
-- :k hash and :k:<key> list and :f set keys · :b :dead zset and :bi hash set aside · :w :o list wake-ups · :h string ticket.
-- What happens seldom is defined where it happens: each definition costs a call a tenth of a microsecond.
-- KEYS[1] key hash the queue's counts and gates
-- KEYS[2] slot string the latest request of a place where requests follow each other
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
-- Returns order, now ms, ms until something may change ("" never), 1 where another consumer owns the queue or 2 where a suspect
--   is next that these hands may not have, then records:
--   of a resent request those that are still leased, "" for the others; of one that was cancelled none
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m leased, reaped and promoted; 1,000 leased: 2.0 ms, reaped, the most in a call: 8 ms, promoted: 3 ms
--   where all that ended is dead, up to 5,000: 50 ms

local key, slot = KEYS[1], KEYS[2]
local given, serial, request = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local max, bytesMax, leaseMs = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local attemptsMax, lettersMax, owner, waits = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9], ARGV[10]
local deliveriesMax, hands = tonumber(ARGV[11]), ARGV[12]
--- @include clock
--- @include slices
--- @include record
--- @include token
--- @include leased
--- @include take
--- @include deliver
--- @include slot
--- @include handed

local function seldom()
  --- @include comeBack
  --- @include setAside
  --- @include notBegun
  return { comeBack = comeBack, setAside = setAside, reclaim = reclaim, notBegun = notBegun }
end

redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local now = clock(given)
local head = redis.call("HMGET", key, "format", "levels", "seq", "paused", "halts", "owner", "ownerUntil")
if head[1] and head[1] ~= "2" then return redis.error_reply("FORMAT of queue " .. key .. " is " .. head[1]) end
local last = readSlot(slot)
if last and last.serial >= serial then
  --- @include resent
  return resent(key, now, last, serial, request)
end
-- What is written below is read first, by its type: see guard.
redis.call("HLEN", key .. ":l")
redis.call("ZCARD", key .. ":dead")
local seq = book(key) or tonumber(head[3] or 0)
local function anyUntilNow(name)
  return #redis.call("ZRANGEBYSCORE", key .. name, "-inf", string.format("%.0f", now), "LIMIT", "0", "1") > 0
end
local returns, levels = anyUntilNow(":x"), tonumber(head[2] or 0)
returns = anyUntilNow(":d") or returns
if #(redis.call("LINDEX", key .. ":w", 0) or "") > 1 then levels = seldom().reclaim(key, levels) end
local idle = redis.call("LINDEX", key .. ":w", -1) ~= "1"
if head[4] == "1" or (head[5] and head[5] ~= "0") then return { "", now, "", 0 } end
if owner ~= "" and head[6] and head[6] ~= owner and tonumber(head[7] or 0) > now then
  redis.call("LLEN", key .. ":o") -- what it will wait on
  return { "", now, tonumber(head[7]) - now, 1 }
end

local takesOver = owner ~= "" and head[6] ~= owner

local order = string.format("%010x", seq + 1)
local reply = { order, now, "", 0 }
local delivery = openDelivery(order .. ":" .. request .. ":", string.format("%.0f", now + leaseMs), reply, {
  now = now, deliveriesMax = deliveriesMax, hands = hands,
})
local more, reaped, late
local rounds = 0
repeat -- where all that came is dead, more may come: five rounds at most, the next call goes on
  reaped, rounds, delivery.stopped = 0, rounds + 1, false
  if returns or takesOver then
    reaped, levels = seldom().comeBack(key, now, takesOver, attemptsMax, lettersMax)
    takesOver = false
  end
  more, levels = take(key, levels, max, bytesMax, delivery)
  late, delivery.late = delivery.late, {}
  if #late > 0 then levels = seldom().notBegun(key, now, late, lettersMax) end
until delivery.size > 0 or reaped + #late == 0 or rounds == 5

if owner ~= "" then redis.call("HSET", key, "owner", owner, "ownerUntil", delivery.expiry) end
if #delivery.unknown > 0 then seldom().setAside(key, now, delivery.unknown, lettersMax) end
if delivery.size > 0 then
  slices("HSET", key .. ":l", delivery.leases)
  slices("ZADD", key .. ":x", delivery.expiries)
  writeSlot(slot, serial, order, delivery.suffixes)
  redis.call("HINCRBY", key, "seq", "1")
  redis.call("DEL", key .. ":h")
else
  reply[3], reply[4] = untilChange(key, now), delivery.stopped and 2 or 0
  if waits == "1" and owner == "" and not more then
    expectOne(key, order, leaseMs, reply[3])
  end
end
if more and idle then redis.call("RPUSH", key .. ":w", "1") end
return reply
