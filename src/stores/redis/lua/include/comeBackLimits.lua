-- A call brings back so many messages at most, and reads so many of their records at once. Their order is right among those
-- of one call; of more that come back at the same time, the later half of them may stand in front.
local COME_BACK_COUNT_MAX = 10000
local COME_BACK_AT_ONCE = 200
