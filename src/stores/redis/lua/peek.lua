-- Shows the messages next in line by level, then in order, after what is due was made ready.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2] limit integer count
-- Returns their records
-- Errors WRONGTYPE, FORMAT
-- Cost O(m) for m shown or promoted

local key = KEYS[1]
local given, limit = ARGV[1], tonumber(ARGV[2])
--- @include clock
--- @include queue
--- @include guard
--- @include promote
--- @include slot

redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local queue = openQueue(key, clock(given))
guard(key)
queue.levels = reclaim(key, queue.levels)
promote(queue)
closeQueue(queue)
passOn(key, queue.now) -- what was handed over was a wake-up too
local records = {}
for level = 9, 0, -1 do
  if #records < limit then
    for _, record in ipairs(readReturned(key, level, limit - #records)) do records[#records + 1] = record end
  end
  if #records < limit then
    for _, record in ipairs(redis.call("LRANGE", key .. ":r:" .. level, 0, limit - #records - 1)) do
      records[#records + 1] = record
    end
  end
end
return records
