-- The lists in which the events of the log stand, in the order of all.
local SEGMENT = 256

-- The list with the event of this place, and the event's index there.
local function segmentOf(key, place) return key .. ":g:" .. math.floor((place - 1) / SEGMENT) end
local function indexOf(place) return (place - 1) % SEGMENT end
