-- Takes a lease request back: its messages return to their former places, uncounted. A request that comes after its cancel gets
-- nothing.
-- KEYS[1] key hash the queue's counts and gates
-- KEYS[2] slot string the latest request of a slot, see include/slot
-- ARGV[1] given integer ms
-- ARGV[2] serial integer -
-- ARGV[3] request string -
-- Returns how many messages it gave back
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m messages

local key, slot = KEYS[1], KEYS[2]
local given, serial, request = ARGV[1], tonumber(ARGV[2]), ARGV[3]
--- @include clock
--- @include openGuarded
--- @include passOn
--- @include slot
--- @include leased

local last = readSlot(slot) -- a foreign value fails here: see guard
local queue = openGuarded(key, clock(given))
local tokens = {}
if last and last.serial == serial and not last.cancelled then
  for _, token in ipairs(tokensOf(last, request)) do
    local parcel, origin = readLeased(key, token)
    if parcel then
      tokens[#tokens + 1] = token
      pushReturned(queue, origin, parcel) -- nobody saw it
    end
  end
end
if not last or last.serial <= serial then writeSlot(slot, serial, "cancelled", {}) end
slices("HDEL", key .. ":l", tokens)
slices("ZREM", key .. ":x", tokens)
closeQueue(queue)
passOn(key, queue.now)
expectNobody(key) -- for other consumers that wait, the next look leaves a ticket again
return #tokens
