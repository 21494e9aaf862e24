-- Appends one list of events, as appendEach does with each of many.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the head of the log
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] record string its key or ""
-- ARGV[3] ttl integer ms
-- ARGV[4] text string what the record is to be
-- ARGV[5] name string the stream
-- ARGV[6] expected string see expectedVersion
-- ARGV[7] count integer count
-- ARGV[8...] events string each as its client made it
-- Returns the answer, as write makes it
-- Errors WRONGTYPE, FORMAT, OOM with nothing applied
-- Cost O(n) for n events; one: 0.03 ms

local result, key = KEYS[1], KEYS[2]
local given, record, ttl, text = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local name, expected, count = ARGV[5], ARGV[6], tonumber(ARGV[7])
--- @include clock
--- @include hex
--- @include newEvent
--- @include segment
--- @include streamEntry
--- @include large

local stream = streamKey(key, name)
local head = redis.call("HMGET", key, "format", "last", "feeds", fieldOfStream(name), "largest")
local last, version = tonumber(head[2] or 0), redis.call("STRLEN", stream) / ENTRY_BYTES

-- Whether it is the plain case, which costs half: the stream is as expected and was never closed or pruned, no feed waits, the events
-- go into one list, none is the largest so far, the record is new, and the write does not come again.
local function isAsExpected()
  if expected == "*" or expected == "-" then return expected == "*" or version == 0 end
  local now = string.format("=%.0f", version)
  if expected == now then return true end
  return version > 0 and expected == now .. ":" .. tailOfLast(redis.call("GETRANGE", stream, -ENTRY_BYTES, -1))
end
local function isPlain()
  if head[1] ~= LOG_FORMAT or head[3] or head[4] or version + count > STREAM_COUNT_MAX then return false end
  if indexOf(last + 1) + count > SEGMENT or not isAsExpected() then return false end
  local largest = tonumber(head[5] or LARGE) - #eventHead(hex(0), 0)
  for i = 1, count do
    if #ARGV[7 + i] > largest then return false end
  end
  return (record == "" or redis.call("STRLEN", record) == 0) and not redis.call("GET", result)
end

local answer
if isPlain() then
  local entries, texts, nowHex = {}, {}, hex(clock(given))
  for i = 1, count do
    local event = ARGV[7 + i]
    texts[i], entries[i] = eventHead(nowHex, version + i) .. event, streamEntry(last + i, tailOfNew(event))
  end
  -- The first write is refused under full memory, and where a foreign value stands: nothing was changed then.
  redis.call("RPUSH", segmentOf(key, last + 1), unpack(texts))
  redis.call("APPEND", stream, table.concat(entries))
  last = string.format("%.0f", last + count)
  redis.call("HSET", key, "last", last, "tail", tailOfNew(ARGV[7 + count]))
  answer = string.format("%.0f:", version + count) .. last
  if record ~= "" then
    answer = "+," .. answer
    if ttl == "" then redis.call("SET", record, text) else redis.call("SET", record, text, "PX", ttl) end
  end
  redis.call("SET", result, answer, "PX", 3600000)
else
  --- @include appendLists
  answer = appendLists(key, given, { result }, ARGV, 2)[1]
end
for i = 3, #KEYS do redis.call("DEL", KEYS[i]) end
return answer
