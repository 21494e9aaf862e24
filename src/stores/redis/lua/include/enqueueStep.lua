-- e: a new message. Arguments: key ("k" before it, or "m", its mark, a blank and that, or ""), delay in ms, dedupe id ("d" before it, or ""), its window in ms or "s"
-- until its message leaves the queue, tail. Its word is "d<id>" for a duplicate of that message.
--- @include queueSubject
--- @include keys
--- @include tail
--- @include dedupe

-- The id of the message that the step's dedupe id stands for, or nil: then it stands for the step's own message from now on, for
-- its window.
local function duplicateOf(step, queue)
  if step.dedupe == "" then return nil end
  local name = queue.key .. ":u:" .. step.dedupe
  local id, holder = idOfTail(step.tail), dedupedBy(redis.call("GET", name), queue.now)
  if holder then return holder end
  if step.window == FOR_EVER then
    redis.call("SET", name, dedupeText(id, FOR_EVER))
    redis.call("HSET", queue.key, "deduped", "1")
  elseif step.window ~= "0" then
    redis.call("SET", name, dedupeText(id, string.format("%.0f", queue.now + tonumber(step.window))), "PX", step.window)
  end
  return nil
end

kinds["e"] = {
  noun = queueSubject,
  read = function(step, values, at)
    step.mark, step.key = string.match(values[at], "^(m%S*) k(.*)$")
    if not step.mark and values[at] ~= "" then step.key = string.sub(values[at], 2) end
    step.delay, step.dedupe, step.window, step.tail = tonumber(values[at + 1]), values[at + 2], values[at + 3], values[at + 4]
    local queue = step.subject
    if step.key then queue.admits = true end
    if step.key or step.delay > 0 then queue.guarded = true else queue.levelsTouched[levelOfTail(step.tail)] = true end
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
    local parcel = queue.nowHex .. step.tail
    if step.mark and not queue.marks then
      --- @include beginMarks
      beginMarks(queue)
    end
    if step.delay > 0 then
      if step.mark then parcel = step.mark .. "\n" .. parcel end
      delay(queue, nextOrder(queue) .. FIRST_PLACE, queue.now + step.delay, parcel)
    else
      admit(queue, step.key, parcel, step.mark)
    end
    return "+"
  end,
}
