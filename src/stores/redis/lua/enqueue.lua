-- Adds one list of plain messages (no key, delay or dedupe id) of one level at the end of their level.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3] ready list the ready messages of the level
-- KEYS[4] wakes list wake-ups
-- KEYS[5...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] level integer -
-- ARGV[3...] tails string -
-- Returns "+"
-- Errors WRONGTYPE, FORMAT, OOM with nothing applied
-- Cost O(n) for n messages; 1,000: 0.9 ms

local result, key, ready, wakes = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local given, level = ARGV[1], tonumber(ARGV[2])
--- @include clock
--- @include slices

local answer = redis.call("GET", result)
if answer then
  redis.call("PEXPIRE", result, 3600000) -- a write, so that a WAIT behind it has something to wait for
  return answer
end
local head = redis.call("HMGET", key, "format", "levels")
if head[1] and head[1] ~= "1" then return redis.error_reply("FORMAT of queue " .. key .. " is " .. head[1]) end
redis.call("LLEN", ready)
local idle = redis.call("LLEN", wakes) == 0

local before = "1" .. string.format("%011x", clock(given))
local records = {}
for i = 3, #ARGV do records[i - 2] = before .. ARGV[i] end
slices("RPUSH", ready, records) -- the first write: under full memory it is refused, and nothing was changed
redis.call("HINCRBY", key, "enqueued", #records)
if not head[1] then redis.call("HSET", key, "format", 1) end
local levels = tonumber(head[2] or 0)
if bit.band(levels, bit.lshift(1, level)) == 0 then
  redis.call("HSET", key, "levels", bit.bor(levels, bit.lshift(1, level)))
end
if idle then redis.call("RPUSH", wakes, 1) end
redis.call("SET", result, "+", "PX", 3600000)
for i = 5, #KEYS do redis.call("DEL", KEYS[i]) end
return "+"
