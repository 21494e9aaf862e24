-- Dead-letters parcels that this version cannot read. They are kept whole, since a newer version can read them: redrive puts them
-- back as they are. The followers of their keys go on.
--- @include queue
--- @include keys
--- @include shelf

local function setAside(key, now, parcels, lettersMax)
  local queue = openQueue(key, now)
  for _, parcel in ipairs(parcels) do
    deadLetter(queue, parcel, '"unreadable: of another version, or damaged"', lettersMax)
    local name = keyOf(parcel)
    if name then leaveKey(queue, name) end
  end
  closeQueue(queue)
end
