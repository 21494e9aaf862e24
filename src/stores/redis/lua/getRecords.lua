-- Reads records by name: as many of the first as the bytes allow, but one at least.
-- KEYS[1...] names string records
-- ARGV[1] bytesMax integer bytes
-- Returns the texts of records, "" for what is not there
-- Errors WRONGTYPE, FORMAT
-- Cost O(m) for m records; 1,000: 2 ms

local bytesMax = tonumber(ARGV[1])
--- @include portion
--- @include recordText

return readPortion(openPortion(#KEYS, bytesMax), #KEYS, function(at) return readRecord(KEYS[at + 1]) or "" end)
