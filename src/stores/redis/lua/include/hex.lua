-- A time in ms as 11 hex digits, so that it has one length.
local function hex(ms) return string.format("%011x", ms) end
