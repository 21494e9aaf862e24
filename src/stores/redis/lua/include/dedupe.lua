-- Layout of the text at a dedupe id: the id of its message (32 characters), a blank, and its end in ms, or "s" where it ends when the
-- message leaves the queue.
local FOR_EVER = "s"

local function dedupeText(id, ends) return id .. " " .. ends end

-- The id of the message that the dedupe id stands for at this time, or nil. `text` is false where there is none.
local function dedupedBy(text, now)
  if not text then return nil end
  local ends = string.sub(text, 34)
  if ends == FOR_EVER or (tonumber(ends) or 0) > now then return string.sub(text, 1, 32) end
  return nil
end
