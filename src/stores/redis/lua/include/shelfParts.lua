-- Layout of an entry, continued: takes it apart, see shelf.

-- The position, the note and the parcel of an entry.
local function readShelved(text)
  local note, at = string.match(text, "^([^\n]*)\n()", 22)
  return tonumber(string.sub(text, 1, 10), 16), note or "", string.sub(text, at or #text + 1)
end

-- The parcel of an entry, or "" where the entry is damaged.
local function parcelIn(text)
  local at = string.find(text, "\n", 22, true)
  return at and string.sub(text, at + 1) or ""
end

-- The scope, the origin and the cause in the note of a blocked message.
local function readBlockNote(note) return string.sub(note, 1, 1), string.sub(note, 2, 14), string.sub(note, 15) end
