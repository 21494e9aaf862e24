-- A queue as a subject of the steps of a write: see steps.
--- @include queue
--- @include guard
--- @include book

-- The guard of a queue that only gets messages at the ends of these levels.
local function guardEnds(key, levels)
  for level in pairs(levels) do redis.call("LLEN", key .. ":r:" .. level) end
  redis.call("LLEN", key .. ":w")
  if redis.call("STRLEN", key .. ":h") > 0 then -- one may be handed over, which enters it among the leases
    redis.call("HLEN", key .. ":l")
    redis.call("ZCARD", key .. ":x")
  end
end

local function queueSubject(key, now)
  local queue = openQueue(key, now)
  queue.levelsTouched = {}
  -- A queue that only gets messages which are ready at once needs a guard for few keys.
  queue.guard = function()
    if queue.guarded then guard(key) else guardEnds(key, queue.levelsTouched) end
  end
  queue.book = function() book(key) end
  -- Takes up what became due before: it stands before what comes now.
  queue.begin = function()
    if queue.admits then
      --- @include promote
      promote(queue)
    end
  end
  -- Where a consumer waits, one that alone became ready goes straight to it, as by `enqueue`.
  queue.close = function(writeId)
    if next(queue.ends) and redis.call("STRLEN", key .. ":h") > 0 then
      --- @include handOver
      handOver(queue, writeId)
    end
    closeQueue(queue)
  end
  return queue
end
