-- Layout of the texts at `:h`, and of a message that is handed over on the list of wake-ups, where a plain wake-up is "1".
--
--   ticket: "w" · the format and a colon · order of the lease, 10 characters · its length, ms in hex, 8
--   handed over: the same without the "w" · the moment at which it was enqueued and leased · "h-" and the id of its write · line
--   break · parcel without that moment, its first 11 characters; or "+" and a whole parcel, leased at that moment by the write
--   that made it ready, see handOver
--
-- This file tells the two from each other; handedText writes them, and handedParts reads them.
--- @include format
local TICKET, HANDED_STEM = "w" .. FORMAT .. ":", FORMAT .. ":"

local function isTicket(text) return string.sub(text, 1, #TICKET) == TICKET end
local function isHanded(text) return string.sub(text, 1, #HANDED_STEM) == HANDED_STEM end
