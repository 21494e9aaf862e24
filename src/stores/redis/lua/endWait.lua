-- Called when nobody of this process waits on these queues any more: nothing is handed over until another consumer leaves a
-- ticket, and the process's blocking reads end.
-- KEYS[1...] keys hash the queues' counts and gates, then the lists (list) that end blocking reads
-- ARGV[1] queueCount integer count
-- Returns "OK"
-- Errors none of a queue
-- Cost O(1) per key

local queueCount = tonumber(ARGV[1])
--- @include format
--- @include expect

redis.call("DEL", KEYS[1] .. ":-") -- a removal first, so that the rest passes under full memory too; DEL takes any type
for i = queueCount + 1, #KEYS do
  redis.call("RPUSH", KEYS[i], "1")
  redis.call("PEXPIRE", KEYS[i], 60000)
end
local function endWait(key)
  readHead(key)
  expectNobody(key)
end
for i = 1, queueCount do pcall(endWait, KEYS[i]) end
return "OK"
