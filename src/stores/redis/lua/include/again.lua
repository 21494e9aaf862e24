-- Puts dead letters back: each begins again at attempt 1, keeps its first enqueue and its history, and goes to the end of its key
-- or level.
--- @include queue
--- @include keys
--- @include guard
--- @include shelfParts
--- @include parcelAnew
--- @include promote

-- The parcel of a message that begins again. `payload` is "", or another one: its flag ("0" plain, "2" a JSON string) and text.
local function again(queue, parcel, payload)
  if not known(parcel) or not sizeOf(parcel) then return parcel end -- a parcel that cannot be read goes back as it is
  local meta = metaOf(parcel) or { name = "", first = "", history = "", headers = "", payload = bodyOf(parcel) }
  if meta.first == "" then meta.first = enqueuedHexOf(parcel) end
  meta.marks = ""
  local kind = isEscaped(parcel) and "3" or "1"
  if payload ~= "" then kind, meta.payload = readPayload(payload) end
  return freshHead(parcel, queue.nowHex, kind) .. metaText(meta)
end

local function guardParcel(queue, parcel)
  local name = keyOf(parcel)
  if name then guardKey(queue.key, name) end
end

-- Takes letters from their positions and puts their messages back. A letter is its position, its parcel, and another payload or "".
local function redrive(queue, letters)
  promote(queue) -- what became due before stands before what goes back now
  for _, letter in ipairs(letters) do
    local position, parcel, payload = unpack(letter)
    redis.call("ZREMRANGEBYSCORE", queue.key .. ":dead", position, position)
    admit(queue, keyOf(parcel), again(queue, parcel, payload))
  end
  closeQueue(queue)
end
