-- Layout of a tail: a new message's record without its beginning, the time.
local function levelOfTail(tail) return string.sub(tail, 2, 2) end
local function idOfTail(tail) return string.sub(tail, 6, 37) end
