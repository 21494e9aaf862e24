-- The end of a lease whose latest extension said that its message was not begun is half a millisecond later, and so tells it:
-- whatever else is done with leases need not know.
local function unbegunUntil(untilMs) return untilMs + 0.5 end
local function isUnbegun(score) return tonumber(score or 0) % 1 ~= 0 end
