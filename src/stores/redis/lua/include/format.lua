-- The number of the layout of all that is kept of a queue: parcels, entries, keys, the texts on the list of wake-ups. Every change
-- of any of them raises it, here and in `format.ts`, and nowhere else. A queue that once had a message with a mark (see keyMark) has
-- an "m" behind it: all others cost nothing for marks, and a version that knows none refuses that queue.
local FORMAT = "3"

-- Reads fields of a queue; they stand behind its format. Every call begins by this, so that what another version has written is
-- neither read nor changed.
local function readHead(key, ...)
  local head = redis.call("HMGET", key, "format", ...)
  local format = head[1]
  if format and format ~= FORMAT and format ~= FORMAT .. "m" then
    error({ err = "FORMAT of queue " .. key .. " is " .. format .. ", this version keeps " .. FORMAT })
  end
  return head
end
