-- Reads by its type what a write of any steps may change: see guard.
--- @include guard
--- @include tail

-- For a queue that only gets messages at the ends of these levels.
local function guardEnds(key, levels)
  for level in pairs(levels) do redis.call("LLEN", key .. ":r:" .. level) end
  redis.call("LLEN", key .. ":w")
  redis.call("STRLEN", key .. ":h")
end

-- Reads the keys that the steps may write by their type: few of a queue that only gets messages which are ready at once.
local function guardAll(queues, lists)
  for _, list in ipairs(lists) do
    for _, step in ipairs(list) do
      local queue = step.queue
      queue.touched = queue.touched or {}
      if step.verb == "e" and not step.key and step.delay == 0 then
        queue.touched[levelOfTail(step.tail)] = true
      else
        queue.guarded = true
      end
    end
  end
  for _, queue in ipairs(queues) do
    if queue.guarded then guard(queue.key) else guardEnds(queue.key, queue.touched or {}) end
  end
end
