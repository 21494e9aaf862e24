-- What comes back by time: ended leases, those that ended first first, and what is due. At most 1,000 of each, so that the
-- server serves others soon; a queue that is taken over loses all its leases at once, which are those of one consumer.
-- Answers how many leases ended, and the levels that are in use now.
--- @include queue
--- @include keys
--- @include guard
--- @include shelf
--- @include reap
--- @include promote

local function comeBack(key, now, takesOver, attemptsMax, lettersMax)
  local queue = openQueue(key, now)
  guard(key)
  local tokens, bytesMax
  if takesOver then
    tokens, bytesMax = redis.call("ZRANGE", key .. ":x", 0, -1), math.huge
  else
    tokens = redis.call("ZRANGEBYSCORE", key .. ":x", "-inf", now, "LIMIT", 0, REAP_COUNT_MAX)
    bytesMax = REAP_BYTES_MAX
  end
  local reaped = reap(queue, tokens, { bytes = bytesMax, attempts = attemptsMax, letters = lettersMax })
  promote(queue)
  queue.wake = false -- the caller takes what is ready now, and wakes for the rest
  closeQueue(queue)
  return reaped, queue.levels
end
