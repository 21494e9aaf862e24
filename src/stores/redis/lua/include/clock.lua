-- The time of one call in ms: the one that a test gives, else the server's. It is read once, because it moves within a script.
--- @include moment
local function clock(given) return msOf(moment(given)) end
