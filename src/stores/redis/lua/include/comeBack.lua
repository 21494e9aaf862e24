-- What comes back by time: ended leases (all of them where the queue is taken over), and what is due. Answers how many
-- leases ended, and the levels that are in use now.
--- @include queue
--- @include keys
--- @include guard
--- @include shelf
--- @include reap
--- @include promote

local function comeBack(key, now, takesOver, attemptsMax, lettersMax)
  local queue = openQueue(key, now)
  guard(key)
  local tokens
  if takesOver then
    tokens = redis.call("ZRANGE", key .. ":x", 0, -1)
  else
    tokens = redis.call("ZRANGEBYSCORE", key .. ":x", "-inf", now, "LIMIT", 0, REAP_COUNT_MAX)
  end
  reap(queue, tokens, attemptsMax, lettersMax)
  promote(queue)
  queue.wake = false -- the caller takes what is ready now, and wakes for the rest
  closeQueue(queue)
  return #tokens, queue.levels
end
