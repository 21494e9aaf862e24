-- Deletes messages that wait behind the head of one key, those nearest to it first. The head stays where it is, and so do delayed
-- messages that are not in the line of the key yet. Those that are due join it first, as they do before a reading of heads.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] name string escaped key
-- ARGV[3] limit integer count
-- ARGV[4] bytesMax integer bytes
-- Returns how many were deleted, and 1 where more of the key are left, else 0
-- Errors WRONGTYPE, FORMAT
-- Cost O(m) for m deleted, and O(p log n) for p promoted; 1,000: 1.2 ms, with dedupe ids 5 ms; 4 MiB that are read: 5 ms, 100 MiB
--   unread: 4 ms; 1,000 promoted: 5 ms

local result, key = KEYS[1], KEYS[2]
local given, name, limit, bytesMax = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
--- @include clock
--- @include openGuarded
--- @include keys
--- @include promote
--- @include planFollowers
--- @include once

local queue = openGuarded(key, clock(given))
guardKey(key, name)

return once(result, KEYS, 3, function()
  local promoted = promote(queue)
  local portion = openPortion(limit, bytesMax - promoted)
  local drop, number, waiting = planFollowers(queue, name, portion, redis.call("HGET", key, "deduped") == "1")
  drop()
  count(queue, "purged", number)
  closeQueue(queue)
  return number .. " " .. (number < waiting and 1 or 0)
end)
