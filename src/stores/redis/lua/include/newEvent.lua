-- Layout of the log, its part that every append needs: see logText.
local LOG_FORMAT = "1"

-- The digits in front of the part of an event that its client wrote.
local function eventHead(nowHex, version) return nowHex .. string.format("%08x", version) end

-- The tail of the id in that part.
local function tailOfNew(text) return string.sub(text, 27, 32) end
