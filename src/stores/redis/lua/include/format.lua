-- The layout of all that is kept of a queue: records, entries, keys, the texts on the list of wake-ups. One number, raised with
-- every change of any of them, here and in `format.ts`, and nowhere else.
local FORMAT = "3"

-- Fields of a queue, behind its format. Every call begins by this: what another version has written is neither read nor changed.
local function readHead(key, ...)
  local head = redis.call("HMGET", key, "format", ...)
  local format = head[1]
  if format and format ~= FORMAT then
    error({ err = "FORMAT of queue " .. key .. " is " .. format .. ", this version keeps " .. FORMAT })
  end
  return head
end
