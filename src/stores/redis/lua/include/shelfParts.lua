-- Layout of an entry of what is set aside, continued: see shelf.

-- An entry taken apart: position, note, record.
local function readShelved(text)
  local note, at = string.match(text, "^([^\n]*)\n()", 22)
  return tonumber(string.sub(text, 1, 10), 16), note or "", string.sub(text, at or #text + 1)
end

-- Its record alone, or "" where the entry is damaged.
local function recordIn(text)
  local at = string.find(text, "\n", 22, true)
  return at and string.sub(text, at + 1) or ""
end

-- The note of a blocked message taken apart: scope, origin, cause.
local function readBlockNote(note) return string.sub(note, 1, 1), string.sub(note, 2, 14), string.sub(note, 15) end
