-- Adds messages of one level and queue, none with a delay, a dedupe id or a mark, each a write of its own: what a burst of single
-- enqueues leaves behind its first. Those that were added before are not added again.
-- KEYS[1] key hash the queue's counts and gates
-- KEYS[2...] results string what each write answered before, kept for an hour, then results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] level integer -
-- ARGV[3] keyed flag -
-- ARGV[4] writes integer count
-- ARGV[5] tails string parted by NULs, which none of them has: one large argument costs both sides less than many
-- Returns "+"
-- Errors WRONGTYPE, FORMAT, OOM with nothing applied
-- Cost O(n) for n messages; 1,000: 1.9 ms, keyed 3.2 ms

local key = KEYS[1]
local given, level, keyed, writes, tails = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
--- @include format
--- @include moment
--- @include slices

local head = redis.call("HMGET", key, "format", "levels", "largest")
checkFormat(key, head[1])
-- The write of what was handed over and is not booked yet: see handed.
local waits = redis.call("GET", key .. ":h") or ""
local handedId = string.byte(waits, 1) ~= 119 and string.match(waits, "h%-([^\n]*)", 19) or ""

local now = msOf(moment(given))
local stamp, records, fresh, from, longest = string.format("%011x", now), {}, {}, 1, 4096
local known = redis.call("MGET", unpack(KEYS, 2, writes + 1))
for i = 1, writes do
  local stop, result = string.find(tails, "\0", from, true), KEYS[i + 1]
  if not known[i] and string.sub(result, string.find(result, "}:w:", 1, true) + 4) ~= handedId then
    local record = stamp .. string.sub(tails, from, (stop or 0) - 1)
    records[#records + 1], longest = record, math.max(longest, #record)
    fresh[#fresh + 1] = result
  end
  from = stop and stop + 1
end

local added, finish = #records, nil
if added > 0 then
  if keyed == "1" then
    --- @include behind
    records, finish = byKey(key, key .. ":k", now, records)
  end
  local ready, wakes = key .. ":r:" .. level, key .. ":w"
  redis.call("LLEN", ready) -- what is written below is read first, by its type: see guard
  if waits ~= "" then
    redis.call("HLEN", key .. ":l")
    redis.call("ZCARD", key .. ":x")
  end
  local wake = redis.call("LINDEX", wakes, -1)
  for _, result in ipairs(fresh) do redis.call("SET", result, "+", "PX", "3600000") end -- refused here under full memory
  if waits ~= "" then
    --- @include handed
    expectNobody(key)
  end
  slices("RPUSH", ready, records)
  redis.call("HINCRBY", key, "enqueued", added)
  if not head[1] then redis.call("HSET", key, "format", FORMAT) end
  if longest > math.max(4096, tonumber(head[3] or 0)) then redis.call("HSET", key, "largest", longest) end -- see noteSize in queue
  local levels = tonumber(head[2] or 0)
  local inUse = #records > 0 and bit.bor(levels, bit.lshift(1, level)) or levels
  if inUse ~= levels then redis.call("HSET", key, "levels", inUse) end
  if #records > 0 and wake ~= "1" then redis.call("RPUSH", wakes, "1") end
  if finish then finish() end
end
for i = writes + 2, #KEYS do redis.call("DEL", KEYS[i]) end
return "+"
