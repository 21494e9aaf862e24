-- Counts the records in indexes.
-- KEYS[1] key string the collection: nothing is kept there
-- ARGV[1...] names string indexes
-- Returns a number for each
-- Errors WRONGTYPE
-- Cost O(m) for m indexes; one: 0.03 ms

local key = KEYS[1]
local counts = {}
for i, name in ipairs(ARGV) do counts[i] = redis.call("ZCARD", key .. ":i:" .. name) end
return counts
