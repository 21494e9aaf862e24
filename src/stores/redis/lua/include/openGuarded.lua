-- How a call begins that may change anything of a queue: as by open, and every key is read by its type before the rest. That
-- takes 22 commands, some 8 µs, half of an ack of one message: the calls on which the pace of a queue depends (enqueue, lease, ack)
-- read by its type what they are to write, and nothing else.
--- @include queue
--- @include guard
--- @include open

local function openGuarded(key, now)
  local queue = openQueue(key, now)
  firstChange(key)
  guard(key)
  local seq = book(key)
  if seq then queue.seq, queue.seqWas = seq, seq end
  return queue
end
