-- Layout of the marks of enqueuers, which `heads` tells; they are none of the marks of a parcel. A mark is "m" and its text everywhere:
-- at `:k`, in place of "1" or behind what says that the head is blocked (see held), that of the head; and with a line break before the
-- parcel of a message that is to join the line of its key later, in `:k:` as a follower or at `:d`. What stands before a mark at `:k` has
-- no "m", and a parcel begins with a digit of its time. Once a message is a head its parcel stands alone, so a dead letter has no mark.
--- @include slices

-- A parcel without the mark before it, and "m" and the mark, or nil.
local function partMark(text)
  local mark, at = string.match(text, "^(m[^\n]*)\n()")
  if not mark then return text, nil end
  return string.sub(text, at), mark
end

-- What a call needs of a queue that has marks, and no other has. The marks of new heads are collected and written at the end: each
-- alone would take a microsecond.
local function openMarks(key)
  local heads = {}
  return {
    part = partMark,
    -- "m" and the mark of a key's head, or nil.
    of = function(name) return string.match(redis.call("HGET", key .. ":k", name) or "", "m.*") end,
    -- Makes this mark, or none, that of a key's head.
    set = function(name, mark)
      heads[#heads + 1] = name
      heads[#heads + 1] = mark or "1"
    end,
    write = function()
      slices("HSET", key .. ":k", heads)
      heads = {}
    end,
  }
end
