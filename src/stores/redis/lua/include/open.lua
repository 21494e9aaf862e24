-- Begins a call that changes what is there already: checks the format, makes the first change, and books what was handed over. A
-- call that only adds begins otherwise: see enqueue.
--- @include format
--- @include book

-- The first change of a call is a removal: a server whose memory is full refuses a script only until it has changed something.
local function firstChange(key) redis.call("HDEL", key, "-") end

-- Answers fields of the queue, which stand behind its format; and the number of its leases if something was booked, else nil.
local function open(key, ...)
  local head = readHead(key, ...)
  firstChange(key)
  return head, book(key)
end
