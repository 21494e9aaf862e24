-- Layout of a stream, its part that every append needs: see stream.
local ENTRY_BYTES = 8
local STREAM_COUNT_MAX = 67108863 -- as many entries as a string holds
local VERSION_MAX = 4294967295 -- as 8 hex digits hold

local function fieldOfStream(name) return "n:" .. name end
local function streamKey(key, name) return key .. ":s:" .. name end
local function streamEntry(place, tail) return struct.pack(">I5I3", place, tonumber(tail, 16)) end

-- The tail in the last of these entries.
local function tailOfLast(entries) return string.format("%02x%02x%02x", string.byte(entries, -3, -1)) end
