-- Takes ready messages for a consumer: answers a resent request as before, reaps what ended, promotes what is due, and
-- passes the wake-up on where more is ready.
-- Other keys of the queue follow from its name: :r:<level> list ready · :l hash and :x zset leased · :d zset delayed ·
-- :k hash and :k:<key> list and :f set keys · :b :dead zset and :bi :deadi hash set aside · :w :o list wake-ups.
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
-- Returns order, now ms, ms until something may change ("" never), 1 where another consumer owns the queue, then records:
--   of a resent request those that are still leased, "" for the others; of one that was cancelled none
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m leased, reaped and promoted; 1,000 leased: 2.5 ms

local key, slot = KEYS[1], KEYS[2]
local given, serial, request = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local max, bytesMax, leaseMs = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local attemptsMax, lettersMax, owner = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]
--- @include clock
--- @include queue
--- @include keys
--- @include guard
--- @include shelf
--- @include token
--- @include reap
--- @include promote
--- @include take
--- @include deliver
--- @include slot

redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local now = clock(given)
local queue = openQueue(key, now)
local last = readSlot(slot)
if last and last.serial >= serial then
  if last.serial > serial or last.cancelled then
    passOn(queue)
    return { "", now, "", 0 }
  end
  return replay(queue, last, request)
end

if queue.paused or queue.halts > 0 then return { "", now, "", 0 } end
redis.call("LLEN", key .. ":w") -- what is written below is read first: see guard
for _, name in ipairs({ ":l", ":deadi" }) do redis.call("HLEN", key .. name) end
for _, name in ipairs({ ":x", ":d", ":dead" }) do redis.call("ZCARD", key .. name) end
if owner ~= "" then
  if queue.owner ~= owner then
    if queue.owner and queue.ownerUntil > now then return { "", now, queue.ownerUntil - now, 1 } end
    guard(key)
    reap(queue, redis.call("ZRANGE", key .. ":x", 0, -1), attemptsMax, lettersMax)
  end
  redis.call("HSET", key, "owner", owner, "ownerUntil", now + leaseMs)
end

local order = nextOrder(queue)
local reply = { order, now, "", 0 }
local delivery = openDelivery(order .. ":" .. request .. ":", string.format("%.0f", now + leaseMs), reply)
local function use(records, room, isFirst) return deliver(delivery, records, room, isFirst) end

local more
repeat
  local reaped = reapEnded(queue, attemptsMax, lettersMax)
  promote(queue)
  local taken
  taken, more = take(queue, max, bytesMax, use)
until taken > 0 or reaped == 0

for _, record in ipairs(delivery.unknown) do bury(queue, record, '"unknown record version"', lettersMax) end
if delivery.size > 0 then
  slices("HSET", key .. ":l", delivery.leases)
  slices("ZADD", key .. ":x", delivery.expiries)
  writeSlot(slot, serial, order, delivery.suffixes)
else
  queue.seq = queue.seqWas
  reply[3] = untilChange(queue)
end
queue.wake = more
closeQueue(queue)
return reply
