-- Layout of an entry at `:a` and `:d`: 13 characters that order it, then the parcel. Of a message that was leased before they are
-- its origin (see leased); of a first delivery, which stands at `:d` alone, its place among the delayed.
local function orderOfEntry(entry) return string.sub(entry, 1, 13) end
local function parcelOfEntry(entry) return string.sub(entry, 14) end
