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
  local reaped = reapUntil(queue, takesOver and "+inf" or now, attemptsMax, lettersMax)
  promote(queue)
  queue.wake = false -- the caller takes what is ready now, and wakes for the rest
  closeQueue(queue)
  return reaped, queue.levels
end
