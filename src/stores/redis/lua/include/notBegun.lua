-- Dead-letters messages that are not begun any more, given as parcels and causes, and lets their followers go. Answers the levels
-- in use.
--- @include queue
--- @include keys
--- @include shelf

local function notBegun(key, now, late, lettersMax)
  local queue = openQueue(key, now)
  for _, each in ipairs(late) do
    local parcel = each[1]
    deadLetter(queue, parcel, each[2], lettersMax)
    local name = keyOf(parcel)
    if name then leaveKey(queue, name) end
  end
  closeQueue(queue)
  return queue.levels
end
