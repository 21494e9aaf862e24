-- Puts dead letters back: each begins again at attempt 1, keeps its first enqueue and its history, and goes to the end of its key
-- or level.
--- @include queue
--- @include keys
--- @include guard
--- @include shelfParts
--- @include recordAnew
--- @include promote

-- The record of a message that begins again. `payload` is "", or another one: its flag ("0" plain, "2" a JSON string) and text.
local function again(queue, record, payload)
  if not known(record) or not sizeOf(record) then return record end -- a record that cannot be read goes back as it is
  local meta = metaOf(record) or { name = "", first = "", history = "", headers = "", payload = bodyOf(record) }
  if meta.first == "" then meta.first = enqueuedHexOf(record) end
  meta.marks = ""
  local kind = isEscaped(record) and "3" or "1"
  if payload ~= "" then kind, meta.payload = readPayload(payload) end
  return freshHead(record, queue.nowHex, kind) .. metaText(meta)
end

local function guardRecord(queue, record)
  local name = keyOf(record)
  if name then guardKey(queue.key, name) end
end

-- Takes letters from their positions and puts their messages back. A letter is its position, its record, and another payload or "".
local function redrive(queue, letters)
  promote(queue) -- what became due before stands before what goes back now
  for _, letter in ipairs(letters) do
    local position, record, payload = unpack(letter)
    redis.call("ZREMRANGEBYSCORE", queue.key .. ":dead", position, position)
    admit(queue, keyOf(record), again(queue, record, payload))
  end
  closeQueue(queue)
end
