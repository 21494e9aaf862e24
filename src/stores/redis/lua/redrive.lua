-- Puts dead letters back at the end of their key or level, at attempt 1, with their first enqueue and their history.
-- KEYS[1] key hash the queue's counts and gates
-- ARGV[1] given integer ms
-- ARGV[2...] letters string -
--   per letter its position, and "" or the flag ("0" plain, "2" a JSON string) and the text of another payload
-- Returns how many went back
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m letters

local key = KEYS[1]
local given = ARGV[1]
--- @include clock
--- @include queue
--- @include keys
--- @include guard
--- @include shelf

local queue = openQueue(key, clock(given))
guard(key)

-- The record of a message that begins again.
local function again(record, payload)
  if not known(record) then return record end
  local name, first, history, headers, at = metaOf(record)
  if first == "" then first = string.sub(record, 1, 11) end
  local escaped = string.byte(record, 12) >= 50 and 2 or 0
  local text = string.sub(record, at)
  if payload ~= "" then escaped, text = tonumber(string.sub(payload, 1, 1)), string.sub(payload, 2) end
  return table.concat({
    queue.nowHex, escaped + 1, levelOf(record), "000", idOf(record), name, "\n", first, "\n", history, "\n", headers,
    "\n", text,
  })
end

local letters = {}
for i = 2, #ARGV, 2 do
  local entry = redis.call("ZRANGEBYSCORE", key .. ":dead", ARGV[i], ARGV[i])[1]
  local name = entry and keyOf(string.match(entry, "\n(.*)"))
  if name then guardKey(key, name) end
  letters[i] = entry
end
redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local redriven = 0
for i = 2, #ARGV, 2 do
  if letters[i] and redis.call("ZREM", key .. ":dead", letters[i]) == 1 then
    local _, _, _, record = readShelved(letters[i])
    record = again(record, ARGV[i + 1])
    admit(queue, keyOf(record), 0, record)
    redriven = redriven + 1
  end
end
closeQueue(queue)
return redriven
