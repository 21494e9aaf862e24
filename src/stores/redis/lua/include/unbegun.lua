-- The score of a lease in `:x` tells whether its latest extension said that its message was not begun: it is then half a
-- millisecond less than its end. Times are whole milliseconds, so the lease ends when it should. Besides reap only untilChange
-- need know, since it tells how many milliseconds are left.
local function unbegunUntil(untilMs) return untilMs - 0.5 end
local function isUnbegun(score) return tonumber(score or 0) % 1 ~= 0 end
