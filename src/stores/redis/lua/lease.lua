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

local order, leased, expiries, suffixes, raw = nextOrder(queue), {}, {}, {}, {}
local reply = { order, now, "", 0 }
local function use(record)
  if not known(record) then
    raw[#raw + 1] = record
    return
  end
  local place = #suffixes
  local token = tokenOf(order, request, place, record, keyOf(record))
  suffixes[place + 1] = string.sub(token, placeIn(token) + 6)
  leased[2 * place + 1], leased[2 * place + 2] = token, record
  expiries[2 * place + 1], expiries[2 * place + 2] = now + leaseMs, token
  reply[place + 5] = record
end

local more
repeat
  local reaped = reapEnded(queue, attemptsMax, lettersMax)
  promote(queue)
  local taken
  taken, more = take(queue, max - #suffixes, bytesMax, use)
until taken > 0 or reaped == 0

for _, record in ipairs(raw) do bury(queue, record, '"unknown record version"', lettersMax) end
if #suffixes > 0 then
  slices("HSET", key .. ":l", leased)
  slices("ZADD", key .. ":x", expiries)
  writeSlot(slot, serial, order, suffixes)
else
  queue.seq = queue.seqWas
  reply[3] = untilChange(queue)
end
queue.wake = more
closeQueue(queue)
return reply
