-- What comes back by time: ended leases, those that ended first first, and what is due. So many of each that the server serves
-- others soon, the next call goes on. A queue that is taken over loses all its leases, also those that have not ended.
-- Answers how many leases ended, the levels that are in use now, the bytes that were moved, and whether some of the leases are
-- left that it is to lose.
--- @include queue
--- @include keys
--- @include guard
--- @include shelf
--- @include reap
--- @include promote

local function comeBack(key, now, takesOver, limits)
  local queue = openQueue(key, now)
  guard(key)
  local tokens
  if takesOver then
    tokens = redis.call("ZRANGE", key .. ":x", 0, REAP_COUNT_MAX - 1)
  else
    tokens = redis.call("ZRANGEBYSCORE", key .. ":x", "-inf", now, "LIMIT", 0, REAP_COUNT_MAX)
  end
  local reaped, bytes = reap(queue, tokens, limits)
  local pending = takesOver and redis.call("ZCARD", key .. ":x") > 0
  if not pending and bytes < REAP_BYTES_MAX / 4 then bytes = bytes + promote(queue) end
  queue.wake = false -- the caller takes what is ready now, and wakes for the rest
  closeQueue(queue)
  return reaped, queue.levels, bytes, pending
end
