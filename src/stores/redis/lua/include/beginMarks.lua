-- Notes the first mark of a queue: see format.
--- @include format
--- @include expect
--- @include keyMark
local MARKED_FORMAT = FORMAT .. "m"

-- A consumer of a version that knows no marks may wait: it can settle nothing from now on, so nothing may be handed over to it.
local function beginMarks(queue)
  expectNobody(queue.key)
  redis.call("HSET", queue.key, "format", MARKED_FORMAT)
  queue.marks, queue.unused = openMarks(queue.key), false
end
