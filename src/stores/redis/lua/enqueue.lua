-- Adds one list of messages of one level, none with a delay or a dedupe id: at the end of the level, or of their key. A single
-- one goes straight to a consumer that waits.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] level integer -
-- ARGV[3] keyed flag -
-- ARGV[4...] tails string -
-- Returns "+"
-- Errors WRONGTYPE, FORMAT, OOM with nothing applied
-- Cost O(n) for n messages; 1,000: 0.9 ms, keyed 2.2 ms

local result, key = KEYS[1], KEYS[2]
local given, level, keyed = ARGV[1], ARGV[2], ARGV[3]
--- @include clock
--- @include slices
--- @include handed

local answer = redis.call("GET", result)
if answer then
  redis.call("PEXPIRE", result, 3600000) -- a write, so that a WAIT behind it has something to wait for
  return answer
end
local head = redis.call("HMGET", key, "format", "levels", "paused", "halts", "enqueued", "seq", "waitMs", "waitUntil")
if head[1] and head[1] ~= "1" then return redis.error_reply("FORMAT of queue " .. key .. " is " .. head[1]) end
local ready, wakes, levels, now = key .. ":r:" .. level, key .. ":w", tonumber(head[2] or 0), clock(given)
local wake = redis.call("LINDEX", wakes, -1)
local stamp, records, finish = string.format("%011x", now), {}, nil
if keyed == "1" then
  --- @include behind
  records, finish = byKey(key, key .. ":k", stamp, ARGV)
else
  for i = 4, #ARGV do records[i - 3] = stamp .. ARGV[i] end
end

-- The first write, there or here: under full memory it is refused, and nothing was changed.
local single = #ARGV == 4 and #records == 1 and levels == 0 and not wake
local expected = head[7] and now < tonumber(head[8]) and head[3] ~= "1" and (head[4] or "0") == "0"
local handed = false
if single and expected then
  --- @include handOver
  local request = "h-" .. string.sub(result, string.find(result, "}:w:", 1, true) + 4)
  handed = handOver(key, wakes, records[1], tonumber(head[6] or 0) + 1, request, now, head[7])
else
  redis.call("LLEN", ready)
end
redis.call("SET", result, "+", "PX", "3600000")
local enqueued = string.format("%.0f", tonumber(head[5] or 0) + #ARGV - 3)
if handed then
  redis.call("HSET", key, "enqueued", enqueued, "seq", handed)
else
  slices("RPUSH", ready, records)
  redis.call("HSET", key, "enqueued", enqueued)
end
if not head[1] then redis.call("HSET", key, "format", "1") end
if finish then finish() end
if not handed and #records > 0 then
  local inUse = bit.bor(levels, bit.lshift(1, level))
  if inUse ~= levels then redis.call("HSET", key, "levels", inUse) end
  if wake ~= "1" then redis.call("RPUSH", wakes, "1") end
end
for i = 3, #KEYS do redis.call("DEL", KEYS[i]) end
return "+"
