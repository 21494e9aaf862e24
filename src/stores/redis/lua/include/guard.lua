-- Reads every key of a queue by its type: where somebody else's value stands in the place of ours, the call fails here,
-- before it changed anything, since an error does not undo what a script has done.
local function guard(key)
  for level = 0, 9 do redis.call("LLEN", key .. ":r:" .. level) end
  for _, name in ipairs({ ":a", ":x", ":d", ":b", ":bq", ":dead" }) do redis.call("ZCARD", key .. name) end
  for _, name in ipairs({ ":l", ":k", ":bi" }) do redis.call("HLEN", key .. name) end
  redis.call("LLEN", key .. ":w")
  redis.call("LLEN", key .. ":o")
  redis.call("SCARD", key .. ":f")
  redis.call("STRLEN", key .. ":h")
end

-- The same for a queue that only gets messages at the ends of these levels.
local function guardEnds(key, levels)
  for level in pairs(levels) do redis.call("LLEN", key .. ":r:" .. level) end
  redis.call("LLEN", key .. ":w")
  redis.call("STRLEN", key .. ":h")
end

local function guardKey(key, name)
  redis.call("LLEN", key .. ":k:" .. name)
end

-- Reads the keys that the steps may write by their type: few of a queue that only gets messages which are ready at once.
local function guardAll(queues, lists)
  for _, list in ipairs(lists) do
    for _, step in ipairs(list) do
      local queue = step.queue
      queue.touched = queue.touched or {}
      if step.verb == "e" and not step.key and step.delay == 0 then
        queue.touched[string.sub(step.tail, 2, 2)] = true
      else
        queue.guarded = true
      end
    end
  end
  for _, queue in ipairs(queues) do
    if queue.guarded then guard(queue.key) else guardEnds(queue.key, queue.touched or {}) end
  end
end
