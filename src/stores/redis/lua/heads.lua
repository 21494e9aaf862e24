-- Tells the heads of keys, in one atomic reading. What is due is taken up first, as stats does.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2...] names string escaped keys
-- Returns of each key what stands at `:k`, "" where it is free
-- Errors WRONGTYPE, FORMAT
-- Cost O(m) for m keys, and O(m log n) for m promoted; 1,000 keys: 0.3 ms

local key = KEYS[1]
local given = ARGV[1]
--- @include clock
--- @include takeUpDue

takeUpDue(key, clock(given))
local heads = #ARGV > 1 and redis.call("HMGET", key .. ":k", unpack(ARGV, 2)) or {}
for i = 1, #ARGV - 1 do heads[i] = heads[i] or "" end
return heads
