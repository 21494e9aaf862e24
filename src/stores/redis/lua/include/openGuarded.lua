-- Begins a call that may change anything of a queue: as open does, and with a guard for every key. The guard takes 22 commands,
-- some 8 µs, which is half of an ack of one message. So the calls on which the pace of a queue depends (enqueue, lease, ack, conclude) do
-- without: they read only the keys that they write.
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
