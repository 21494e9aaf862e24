-- Closes a stream, or opens it again.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the head of the log
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] name string the stream
-- ARGV[2] closed flag -
-- Returns "OK"
-- Errors WRONGTYPE, FORMAT; OOM with nothing changed
-- Cost O(1)

local result, key = KEYS[1], KEYS[2]
local name, closed = ARGV[1], ARGV[2]
--- @include stream
--- @include once

local head = readLog(key, fieldOfStream(name))
local stream = openStream(key, name, head[2])
return once(result, KEYS, 3, function()
  redis.call("HDEL", key, "-") -- a removal first, so that the rest passes under full memory too
  if stream.closed == (closed == "1") then return "OK" end
  stream.closed = closed == "1"
  if not head[1] then redis.call("HSET", key, "format", LOG_FORMAT) end
  redis.call("HSET", key, fieldOfStream(name), noteText(stream))
  return "OK"
end)
