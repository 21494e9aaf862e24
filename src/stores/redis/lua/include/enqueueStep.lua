-- e: a new message. Arguments: key ("k" before it, or ""), delay in ms, dedupe id ("d" before it, or ""), its window in ms or "s"
-- until its message leaves the queue, tail. Its word is "d<id>" for a duplicate of that message.
--- @include queueSubject
--- @include keys

-- The id that the step's dedupe id stands for within its window, or nil.
local function duplicateOf(step, queue)
  if step.dedupe == "" then return nil end
  local name = queue.key .. ":u:" .. step.dedupe
  local first, id = redis.call("GET", name), string.sub(step.tail, 6, 37) .. " "
  if first and (string.sub(first, 34) == "s" or tonumber(string.sub(first, 34)) > queue.now) then return string.sub(first, 1, 32) end
  if step.window == "s" then
    redis.call("SET", name, id .. "s")
    redis.call("HSET", queue.key, "deduped", "1")
  elseif step.window ~= "0" then
    redis.call("SET", name, id .. string.format("%.0f", queue.now + tonumber(step.window)), "PX", step.window)
  end
  return nil
end

kinds.e = {
  noun = queueSubject,
  read = function(step, values, at)
    step.key = values[at] ~= "" and string.sub(values[at], 2) or nil
    step.delay, step.dedupe, step.window, step.tail = tonumber(values[at + 1]), values[at + 2], values[at + 3], values[at + 4]
    local queue = step.subject
    if step.key then queue.admits = true end
    if step.key or step.delay > 0 then queue.guarded = true else queue.levelsTouched[string.sub(step.tail, 2, 2)] = true end
    return at + 5
  end,
  look = function(step)
    if step.dedupe ~= "" then redis.call("GET", step.subject.key .. ":u:" .. step.dedupe) end
    if step.key then guardKey(step.subject.key, step.key) end
  end,
  refused = function() return nil end,
  apply = function(step)
    local queue = step.subject
    local first = duplicateOf(step, queue)
    if first then return "d" .. first end
    count(queue, "enqueued", 1)
    local record = queue.nowHex .. step.tail
    if step.delay > 0 then
      delay(queue, nextOrder(queue) .. FIRST_PLACE, queue.now + step.delay, record)
    else
      admit(queue, step.key, record)
    end
    return "+"
  end,
}
