-- Makes ready what is due, then shows the messages next in line, by level and in order: as many as the limit and the bytes allow,
-- but one at least.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2] limit integer count
-- ARGV[3] bytesMax integer bytes
-- Returns their parcels
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m shown or promoted; 1,000: 2 ms, 4 MiB: 6 ms

local key = KEYS[1]
local given, limit, bytesMax = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
--- @include clock
--- @include openGuarded
--- @include promote
--- @include passOn
--- @include portion
--- @include entry

local queue = openGuarded(key, clock(given))
queue.levels = reclaim(key, queue.levels)
promote(queue)
closeQueue(queue)
passOn(key, queue.now) -- `reclaim` may have taken a message from the list of wake-ups, which woke a consumer too
local portion, shown = openPortion(limit, bytesMax), {}
local function show(length, read)
  for _, parcel in ipairs(readPortion(portion, length, read)) do shown[#shown + 1] = parcel end
end
for level = 9, 0, -1 do
  local rank, name = rankOf(level), key .. ":r:" .. level
  local before = redis.call("ZCOUNT", key .. ":a", "-inf", "(" .. rank)
  show(redis.call("ZCOUNT", key .. ":a", rank, rank), function(at)
    return parcelOfEntry(redis.call("ZRANGE", key .. ":a", before + at, before + at)[1])
  end)
  show(redis.call("LLEN", name), function(at) return redis.call("LINDEX", name, at) end)
end
return shown
