-- Puts named dead letters back into their queue, as they are or with other payloads.
-- KEYS[1] result string what this call answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] bytesMax integer bytes
-- ARGV[3...] letters string -
--   per letter its position, its id, and "" or the flag ("0" plain, "2" a JSON string) and the text of another payload
-- Returns how many went back, and how many of the letters it saw to: one that is not there, or has another id, is passed over
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m letters; 2 MiB: 25 ms

local result, key = KEYS[1], KEYS[2]
local given, bytesMax = ARGV[1], tonumber(ARGV[2])
--- @include clock
--- @include openGuarded
--- @include again
--- @include portion
--- @include once

local queue = openGuarded(key, clock(given))

-- The named letters that are there, and how many of the named ones this call saw to.
local function find()
  local portion, found, seen = openPortion(#ARGV, bytesMax), {}, 0
  for i = 3, #ARGV, 3 do
    local position, id, payload = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    -- A letter may be named twice.
    local entry = not found[position] and redis.call("ZRANGEBYSCORE", key .. ":dead", position, position)[1] or ""
    if not fits(portion, #entry + #payload) then break end
    seen = seen + 1
    local parcel = entry ~= "" and parcelIn(entry) or ""
    if parcel ~= "" and idOf(parcel) == id then
      found[position] = true
      found[#found + 1] = { position, parcel, payload }
      guardParcel(queue, parcel)
    end
  end
  return found, seen
end

return once(result, KEYS, 3, function()
  local found, seen = find()
  redrive(queue, found)
  return #found .. " " .. seen
end)
