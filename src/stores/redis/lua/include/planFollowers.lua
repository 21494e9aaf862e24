-- Deletes messages that wait behind the head of a key, those nearest to it first. What is read of them, and what can fail, comes
-- before the first deletion. Where the queue has no dedupe ids they go unread.
--- @include portion

local function withoutMark(queue, text) return queue.marks and queue.marks.part(text) or text end

-- Chooses as many as fit. Answers the function that deletes them, how many they are, and how many wait now.
local function planFollowers(queue, name, portion, deduped)
  local list = queue.key .. ":k:" .. name
  local waiting = redis.call("LLEN", list) -- a foreign value fails here: see guard
  local parcels = deduped and readPortion(portion, waiting, function(at) return redis.call("LINDEX", list, at) end)
  local number = parcels and #parcels or fitUnread(portion, waiting, queue.largest)
  return function()
    for _, text in ipairs(parcels or {}) do forget(queue.key, withoutMark(queue, text)) end
    if number > 0 then redis.call("LTRIM", list, number, -1) end
    if number == waiting then redis.call("SREM", queue.key .. ":f", name) end
    count(queue, "waiting", -number)
  end, number, waiting
end
