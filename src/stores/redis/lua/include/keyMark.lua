-- Marks of enqueuers, which `heads` tells; they are none of the marks of a parcel. That of a head stands at `:k`, behind "1", or behind
-- what says that the head is blocked (see held): "m" and the mark, alone in place of "1". A message that is to join the line of its key
-- later, as a follower or at `:d`, has it before its parcel: "m", the mark, a line break. A parcel begins with a digit of its time, and
-- what stands before a mark at `:k` has no "m". Once it is a head its parcel stands alone, so a dead letter has no mark.

-- A parcel without the mark before it, and "m" and the mark, or nil.
local function partMark(text)
  local mark, at = string.match(text, "^(m[^\n]*)\n()")
  if not mark then return text, nil end
  return string.sub(text, at), mark
end

-- "m" and the mark of a key's head, or nil.
local function markOfHead(key, name) return string.match(redis.call("HGET", key .. ":k", name) or "", "m.*") end
