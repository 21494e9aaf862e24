-- Brings back what comes back by time: the messages of ended leases, the earliest ends first, and what is due. One call moves a
-- bounded number of each, so that the server serves others soon; the next call goes on. A takeover ends all leases of the queue,
-- also those whose time is not over. Answers how many leases ended, the levels in use now, the bytes that were moved, and whether
-- leases are left that a takeover has to end.
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
  queue.wake = false -- the caller takes what is ready now, and wakes a consumer for the rest
  closeQueue(queue)
  return reaped, queue.levels, bytes, pending
end
