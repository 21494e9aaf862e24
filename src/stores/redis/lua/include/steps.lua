-- The lists of a write: read from its arguments, checked, applied.
--- @include leased

local function readStep(values, at, queues, lettersMax)
  local verb = values[at]
  local queue = queues[tonumber(values[at + 1])]
  if verb == "e" then
    return {
      verb = verb, queue = queue, key = values[at + 2] ~= "" and string.sub(values[at + 2], 2) or nil,
      delay = tonumber(values[at + 3]), dedupe = values[at + 4], window = values[at + 5], tail = values[at + 6],
    }, at + 7
  end
  local step = { verb = verb, queue = queue, token = values[at + 2], lettersMax = lettersMax }
  if verb == "a" then return step, at + 3 end
  if verb == "l" or verb == "u" then
    step.delay = tonumber(values[at + 3])
    return step, at + 4
  end
  step.cause, step.delay, step.attemptsMax = values[at + 3], tonumber(values[at + 4]), tonumber(values[at + 5])
  return step, at + 6
end

local function readLists(values, at, queues, lettersMax)
  local lists = {}
  while at <= #values do
    local list = {}
    local steps = tonumber(values[at])
    at = at + 1
    for i = 1, steps do list[i], at = readStep(values, at, queues, lettersMax) end
    lists[#lists + 1] = list
  end
  return lists
end

-- Finds what is leased, and reads the keys of single messages by their type, as guard does for those of the queue.
local function look(list)
  for _, step in ipairs(list) do
    local queue = step.queue
    if step.verb ~= "e" then
      step.record, step.origin = readLeased(queue.key, step.token)
      step.key = step.record and keyIn(step.token)
    else
      if step.dedupe ~= "" then redis.call("GET", queue.key .. ":u:" .. step.dedupe) end
      if step.key then queue.admits = true end
    end
    if step.key then guardKey(queue.key, step.key) end
  end
end

-- "-" and the number (from 0) of the first step whose lease is lost, or nil. `ended` has the tokens that were settled by
-- this call; two queues never have the same.
local function lostAt(list, ended)
  for i, step in ipairs(list) do
    if step.verb ~= "e" and (not step.record or ended[step.token]) then
      for before = 1, i - 1 do
        if list[before].token then ended[list[before].token] = nil end
      end
      return "-" .. (i - 1)
    end
    if step.token then ended[step.token] = true end
  end
  return nil
end

-- The id that the step's dedupe id stands for within its window, or nil. A window without end is an "s".
local function duplicateOf(step, now)
  if step.dedupe == "" then return nil end
  local name = step.queue.key .. ":u:" .. step.dedupe
  local id, holder = idOfTail(step.tail), dedupedBy(redis.call("GET", name), now)
  if holder then return holder end
  if step.window == FOR_EVER then
    redis.call("SET", name, dedupeText(id, FOR_EVER))
    redis.call("HSET", step.queue.key, "deduped", "1")
  elseif step.window ~= "0" then
    redis.call("SET", name, dedupeText(id, string.format("%.0f", now + tonumber(step.window))), "PX", step.window)
  end
  return nil
end

local function enqueue(step)
  local queue = step.queue
  local first = duplicateOf(step, queue.now)
  if first then return "d" .. first end
  count(queue, "enqueued", 1)
  local record = queue.nowHex .. step.tail
  if step.delay > 0 then
    delay(queue, nextOrder(queue) .. FIRST_PLACE, queue.now + step.delay, record)
  else
    admit(queue, step.key, record)
  end
  return "+"
end

local function applyList(list)
  local answers, plain = {}, true
  for i, step in ipairs(list) do
    answers[i] = step.verb == "e" and enqueue(step) or settle(step.queue, step)
    if answers[i] ~= "+" then plain = false end
  end
  return plain and "+" or table.concat(answers, ",")
end
