-- Layout of a parcel: a message as one opaque string that stands in exactly one place. Everything before the payload is of fixed
-- width or ends in a line break, and a move decodes no more of it than it needs:
--
--   1-11 enqueued at, ms in hex · 12 kind · 13 level · 14-16 failures in hex · 17-48 id, without its dashes · meta · payload
--
-- Kind: 0 plain · 1 with meta · 2 payload as a JSON string · 3 both · 5 with marks and meta · 7 these and a payload as a JSON
-- string · others: a later version. Meta is four lines: "k" and the escaped key; the first enqueue of a redriven message, ms
-- in hex; failures (ms in hex, cause as a JSON string), tab-separated; headers as JSON. Marks are a line before these: see
-- marks. A block of a list takes 48 plain messages of 118 bytes; with one byte more it would take 47, and each would cost four.
--
-- All kinds to come keep this: the head stays as it is, an odd kind has lines behind it, and the first or second of them is that of
-- the key if it begins with "k". So the key of a message is known, and can be let go, whatever else cannot be read.
-- This file has what a lease needs of a parcel; parcelFields and marks have the rest, since each definition costs a lease 0.1 µs.
local HEAD, KIND_AT, ID_TAIL_AT = 48, 12, 37
local PLAIN, MARKED = 48, 53 -- kinds as bytes: the plain kind, and the first kind with marks

local function known(parcel)
  local kind = string.byte(parcel, KIND_AT)
  return #parcel >= HEAD and kind >= PLAIN and (kind <= 51 or kind == MARKED or kind == 55)
end

-- Whether its kind is odd.
local function hasLines(parcel) return #parcel >= HEAD and string.byte(parcel, KIND_AT) % 2 == 1 end
local function hasMeta(parcel) return known(parcel) and string.byte(parcel, KIND_AT) % 2 == 1 end

local MARKS = "^" .. string.rep("[%x-]", 11) .. "[012]%x%x%x[^\n]*\n()"
local function marksEnd(parcel)
  return known(parcel) and string.byte(parcel, KIND_AT) >= MARKED and string.match(parcel, MARKS, HEAD + 1) or nil
end
local function hasMarks(parcel) return marksEnd(parcel) ~= nil end

-- Where meta begins.
local function metaAt(parcel) return marksEnd(parcel) or HEAD + 1 end

-- The escaped key, or nil.
local function keyOf(parcel)
  if not hasLines(parcel) then return nil end
  return string.match(parcel, "^k([^\n]*)\n", HEAD + 1) or string.match(parcel, "^[^k\n][^\n]*\nk([^\n]*)\n", HEAD + 1)
end

-- The bytes of the payload, or nil where meta is not what it should be.
local function sizeOf(parcel)
  if not hasMeta(parcel) then return math.max(0, #parcel - HEAD) end
  if string.byte(parcel, KIND_AT) >= MARKED and not hasMarks(parcel) then return nil end
  local at = metaAt(parcel) - 1
  for _ = 1, 4 do
    at = string.find(parcel, "\n", at + 1, true)
    if not at then return nil end
  end
  return #parcel - at
end
