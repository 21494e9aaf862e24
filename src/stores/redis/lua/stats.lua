-- Counts a queue's messages in each of their places, in one atomic reading. What is due is taken up first: only then is known
-- whether it is ready or waits behind the head of its key.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- Returns enqueued, ready (with what is due), waiting, delayed, leased, blocked, acked, dead, purged, paused, halted
-- Errors WRONGTYPE, FORMAT
-- Cost O(log n), and O(m log n) for m promoted

local key = KEYS[1]
local given = ARGV[1]
--- @include handed
--- @include clock
--- @include takeUpDue

local now = clock(given)
takeUpDue(key, now)
local counts = redis.call("HMGET", key, "enqueued", "waiting", "acked", "purged", "paused", "halts")
for i = 1, 6 do counts[i] = tonumber(counts[i] or 0) end
-- A message that was handed over, and that nobody has read yet, counts as ready.
local unread = #(redis.call("LINDEX", key .. ":w", 0) or "") > 1 and 1 or 0
-- Whether a message was handed over that is not booked yet. Only the beginning is read, since a message may be large.
local handed = isHanded(redis.call("GETRANGE", key .. ":h", 0, #HANDED_STEM - 1)) and 1 or 0
local leased = redis.call("HLEN", key .. ":l") + handed - unread
local ready = unread + redis.call("ZCARD", key .. ":a")
for level = 0, 9 do ready = ready + redis.call("LLEN", key .. ":r:" .. level) end
local due = redis.call("ZCOUNT", key .. ":d", "-inf", now)
return {
  counts[1] + handed, ready + due, counts[2], redis.call("ZCARD", key .. ":d") - due, leased,
  redis.call("ZCARD", key .. ":b"), counts[3], redis.call("ZCARD", key .. ":dead"), counts[4], counts[5],
  counts[6] > 0 and 1 or 0,
}
