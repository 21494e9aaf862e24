-- Adds one list of messages of one level, none with a delay or a dedupe id, at the end of the level or of their keys. A single
-- message goes straight to a consumer that waits.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] level integer -
-- ARGV[3] keyed flag -
-- ARGV[4...] tails string see tails
-- Returns "+"
-- Errors WRONGTYPE, FORMAT, OOM with nothing applied
-- Cost O(n) for n messages; 1,000: 0.9 ms, keyed 2.2 ms

local result, key = KEYS[1], KEYS[2]
local given, level, keyed = ARGV[1], ARGV[2], ARGV[3]
--- @include format
--- @include moment
--- @include large

-- It does not begin by `open`: a call that only adds must be refused under full memory, and it leaves the booking to the calls
-- that look at leases, since a consumer waits for it. So its first write keeps its answer. `open` and `once` would cost 1 µs of 11.
local head = readHead(key, "levels", "largest")
local waits, handOver = redis.call("GET", key .. ":h") or "", nil
local isDone, at = redis.call("GET", result), moment(given)
if waits ~= "" then
  --- @include handedText
  --- @include writeId
  --- @include noteSize
  local writeId = writeIdOf(result)
  if isTicket(waits) then
    -- The LPUSH is the first write here: under full memory it is refused, and nothing was changed.
    handOver = function(tail)
      local text = handedText(waits, at, writeId, tail)
      redis.call("LPUSH", key .. ":w", text)
      redis.call("SET", key .. ":h", text)
      if not head[1] then redis.call("HSET", key, "format", FORMAT) end
      noteSize(key, tonumber(head[3] or LARGE), #tail + 11)
    end
  else
    isDone = isDone or handedBy(waits) == writeId
  end
end
if isDone then
  redis.call("HDEL", key, "-") -- a removal first, so that the call passes under full memory too
  redis.call("HSET", key, "format", head[1] or FORMAT) -- a write, for which a WAIT behind it waits
  return "+"
end

if handOver and keyed == "0" and #ARGV == 4 and not string.find(ARGV[4], "\0", 1, true) then
  handOver(ARGV[4])
else
  --- @include tails
  --- @include addEnd
  local parcels, longest = parcelsOf(ARGV, 4, msOf(at))
  local added, finish = #parcels, nil
  if keyed == "1" then
    --- @include behind
    local promoted
    parcels, finish, promoted = byKey(key, key .. ":k", msOf(at), parcels)
    if promoted then head, handOver = readHead(key, "levels", "largest"), nil end -- the promotion changed the levels
  end
  if handOver and added == 1 and #parcels == 1 then
    handOver(ARGV[4])
  else
    addEnd(key, level, head, waits, added, parcels, longest, { result })
  end
  if finish then finish() end
end
for i = 3, #KEYS do redis.call("DEL", KEYS[i]) end
return "+"
