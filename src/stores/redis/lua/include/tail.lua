-- Layout of a tail: the parcel of a new message without its beginning, which is the time.
local function levelOfTail(tail) return string.sub(tail, 2, 2) end
local function idOfTail(tail) return string.sub(tail, 6, 37) end
