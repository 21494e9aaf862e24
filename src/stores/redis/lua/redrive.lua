-- Puts dead letters back at the end of their key or level, at attempt 1, with their first enqueue and their history.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2...] letters string -
--   per letter its position, its id, and "" or the flag ("0" plain, "2" a JSON string) and the text of another payload
-- Returns how many went back: a letter that is not there, or has another id, is passed over
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m letters

local key = KEYS[1]
local given = ARGV[1]
--- @include clock
--- @include queue
--- @include keys
--- @include guard
--- @include shelf
--- @include promote

local queue = openQueue(key, clock(given))
guard(key)

-- The record of a message that begins again.
local function again(record, payload)
  if not known(record) then return record end
  local name, first, history, headers, at = metaOf(record)
  if first == "" then first = string.sub(record, 1, 11) end
  local escaped = string.byte(record, 12) % 4 >= 2 and 2 or 0
  local text = string.sub(record, at)
  if payload ~= "" then escaped, text = tonumber(string.sub(payload, 1, 1)), string.sub(payload, 2) end
  return table.concat({
    queue.nowHex, escaped + 1, levelOf(record), "000", idOf(record), name, "\n", first, "\n", history, "\n", headers,
    "\n", text,
  })
end

-- The record that stands at a position, if it has this id.
local function recordAt(position, id)
  local entry = redis.call("ZRANGEBYSCORE", key .. ":dead", position, position)[1]
  if not entry then return nil end
  local _, _, _, record = readShelved(entry)
  return idOf(record) == id and record or nil
end

for i = 2, #ARGV, 3 do
  local record = recordAt(ARGV[i], ARGV[i + 1])
  local name = record and keyOf(record)
  if name then guardKey(key, name) end
end
redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
promote(queue) -- what became due before stands before what comes now
local redriven = 0
for i = 2, #ARGV, 3 do
  local record = recordAt(ARGV[i], ARGV[i + 1]) -- looked up again: two of these letters may be one
  if record then
    redis.call("ZREMRANGEBYSCORE", key .. ":dead", ARGV[i], ARGV[i])
    record = again(record, ARGV[i + 2])
    admit(queue, keyOf(record), record)
    redriven = redriven + 1
  end
end
closeQueue(queue)
return redriven
