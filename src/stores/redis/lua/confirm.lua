-- Tells whether this server has these writes. It changes something, so that a WAIT behind it waits for all that came before.
-- It books first: a message that was handed over and is not booked yet has no result, see handed.
-- KEYS[1...] names hash the queues of new messages, then results (string)
-- ARGV[1] queueCount integer count
-- Returns one character per result: "1" it is there, "0" it is not
-- Errors WRONGTYPE
-- Cost O(n) for n results; 1,000: 0.5 ms

local queueCount = tonumber(ARGV[1])
--- @include book

for i = 1, queueCount do book(KEYS[i]) end
local answers = {}
for i = queueCount + 1, #KEYS do answers[#answers + 1] = redis.call("PEXPIRE", KEYS[i], "3600000") end
return table.concat(answers)
