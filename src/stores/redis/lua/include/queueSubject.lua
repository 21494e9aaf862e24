-- A queue, as the steps of a write find it.
--- @include queue
--- @include guard
--- @include handed
--- @include promote

local function queueSubject(key, now)
  local queue = openQueue(key, now)
  queue.levelsTouched = {}
  -- Few keys of a queue that only gets messages which are ready at once.
  queue.guard = function()
    if queue.guarded then guard(key) else guardEnds(key, queue.levelsTouched) end
  end
  queue.book = function() book(key) end
  -- What became due before stands before what comes now.
  queue.begin = function()
    if queue.admits then promote(queue) end
  end
  queue.close = function() closeQueue(queue) end
  return queue
end
