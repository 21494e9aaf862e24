-- How a call begins that changes what is there already: its format is checked, its first change made, and what was handed over
-- is booked. A call that only adds begins otherwise: see enqueue.
--- @include format
--- @include book

-- The first change of a call is a removal: a server whose memory is full refuses a script only until it has changed something.
local function firstChange(key) redis.call("HDEL", key, "-") end

-- Fields of the queue, behind its format; and the number of its leases where something was booked, else nil.
local function open(key, ...)
  local head = readHead(key, ...)
  firstChange(key)
  return head, book(key)
end
