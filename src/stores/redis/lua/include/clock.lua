-- The time of one call in ms: the server's, read once because it moves within a script, or the one that a test gives.
--- @include moment
local function clock(given) return msOf(moment(given)) end
