-- Reads one page of what is set aside (blocked or dead), oldest first.
-- KEYS[1] shelf zset entries by position
-- ARGV[1] after integer -
-- ARGV[2] limit integer count
-- Returns whether more follow (1 or 0), then the entries
-- Errors WRONGTYPE
-- Cost O(log n + m) for m entries

local shelf = KEYS[1]
local after, limit = ARGV[1], tonumber(ARGV[2])
local entries = redis.call("ZRANGEBYSCORE", shelf, "(" .. after, "+inf", "LIMIT", 0, limit + 1)
local more = #entries > limit
if more then entries[limit + 1] = nil end
table.insert(entries, 1, more and 1 or 0)
return entries
