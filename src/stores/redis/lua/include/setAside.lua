-- Dead-letters records that this version cannot read, whole, so that a newer one can: redrive puts them back as they are.
--- @include queue
--- @include shelf

local function setAside(key, now, records, lettersMax)
  local queue = openQueue(key, now)
  for _, record in ipairs(records) do bury(queue, record, '"unknown record version"', lettersMax) end
  closeQueue(queue)
end
