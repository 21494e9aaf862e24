-- Layout of an entry at `:a` and `:d`: 13 characters that order it, then the record. At `:a` they are its origin (see leased); at
-- `:d` too where it was leased before, else its place among the delayed.
local function orderOfEntry(entry) return string.sub(entry, 1, 13) end
local function recordOfEntry(entry) return string.sub(entry, 14) end
