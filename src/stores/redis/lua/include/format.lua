-- The layout of all that is kept of a queue: records, entries, keys, the texts on the list of wake-ups. One number, raised with
-- every change of any of them, here and in `format.ts`, and nowhere else.
local FORMAT = "3"

-- Every call begins by this: what another version has written is neither read nor changed.
local function checkFormat(key, format)
  if not format or format == FORMAT then return end
  error({ err = "FORMAT of queue " .. key .. " is " .. format .. ", this version keeps " .. FORMAT })
end
