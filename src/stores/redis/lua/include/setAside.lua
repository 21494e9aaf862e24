-- Dead-letters records that this version cannot read. They are kept whole, since a newer version can read them: redrive puts them
-- back as they are. The followers of their keys go on.
--- @include queue
--- @include keys
--- @include shelf

local function setAside(key, now, records, lettersMax)
  local queue = openQueue(key, now)
  for _, record in ipairs(records) do
    deadLetter(queue, record, '"unreadable record: of another version, or damaged"', lettersMax)
    local name = keyOf(record)
    if name then leaveKey(queue, name) end
  end
  closeQueue(queue)
end
