-- Frees blocked messages: runs them again first, goes past them, or dead-letters them.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2] target string -
-- ARGV[3] name string -
-- ARGV[4] decision string -
-- ARGV[5] limit integer count
-- ARGV[6] lettersMax integer count
-- Returns how many were freed
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m freed; target "queue" looks at all that is blocked

local key = KEYS[1]
local given, target, name, decision = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local limit, lettersMax = tonumber(ARGV[5]), tonumber(ARGV[6])
--- @include clock
--- @include queue
--- @include keys
--- @include guard
--- @include shelf
--- @include held

local queue = openQueue(key, clock(given))
guard(key)

-- The positions that the target means, oldest first.
local function targeted()
  if limit < 1 then return {} end
  if target == "key" then
    return { string.match(redis.call("HGET", key .. ":k", name) or "", "^b(%d+)") }
  elseif target == "id" then
    return { string.match(redis.call("HGET", key .. ":bi", name) or "", "%d+") }
  end
  local positions = {}
  local entries = redis.call("ZRANGE", key .. ":b", 0, target == "all" and limit - 1 or -1)
  for _, entry in ipairs(entries) do
    if #positions == limit then break end
    if target == "all" or string.sub(entry, 22, 22) == "q" then
      positions[#positions + 1] = tonumber(string.sub(entry, 1, 10), 16)
    end
  end
  return positions
end

local entries = {}
for i, position in ipairs(targeted()) do
  entries[i] = redis.call("ZRANGEBYSCORE", key .. ":b", position, position)[1]
  local messageKey = keyOf(string.match(entries[i], "\n(.*)"))
  if messageKey then guardKey(key, messageKey) end
end
redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
for _, entry in ipairs(entries) do
  local position, _, note, record = readShelved(entry)
  local messageKey = keyOf(record)
  redis.call("ZREM", key .. ":b", entry)
  unhold(queue, record, position)
  if string.sub(note, 1, 1) == "q" then count(queue, "halts", -1) end
  if messageKey then redis.call("HSET", key .. ":k", messageKey, 1) end
  if decision == "retry" then
    pushReturned(queue, string.sub(note, 2, 14), afresh(record))
  else
    if decision == "skip" then
      forget(key, record)
      count(queue, "purged", 1)
    else
      bury(queue, record, string.sub(note, 15), lettersMax)
    end
    if messageKey then leaveKey(queue, messageKey) end
  end
end
if #entries > 0 then queue.wake = true end -- a halted queue may go on although nothing came back
closeQueue(queue)
return #entries
