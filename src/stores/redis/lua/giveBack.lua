-- Gives back what a blocking read brought for a consumer that is gone. A message that was handed over returns to its former
-- place, uncounted; a wake-up passes to another consumer.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2] token string -
-- ARGV[3] standsBy flag -
-- Returns how many messages it gave back
-- Errors WRONGTYPE, FORMAT
-- Cost O(log n)

local key = KEYS[1]
local given, token, standsBy = ARGV[1], ARGV[2], ARGV[3]
--- @include clock
--- @include openGuarded
--- @include passOn
--- @include leased

local queue = openGuarded(key, clock(given))
local parcel, origin = readLeased(key, token)
if parcel then
  pushReturned(queue, origin, parcel) -- nobody saw it
  redis.call("HDEL", key .. ":l", token)
  redis.call("ZREM", key .. ":x", token)
end
closeQueue(queue)
passOn(key, queue.now)
local owned = queue.owner and queue.ownerUntil > queue.now
if standsBy == "1" and not owned then wakeStandby(key) end
return parcel and 1 or 0
