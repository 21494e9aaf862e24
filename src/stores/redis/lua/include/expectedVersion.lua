-- What an append expects of its stream: "*" any, "-" without events, "+" with some, "=" and a version, then ":" and the tail of the last
-- id where that is expected.
local function isExpectedVersion(expected, version, tail)
  local kind = string.sub(expected, 1, 1)
  if kind == "*" then return true end
  if kind == "-" then return version == 0 end
  if kind == "+" then return version > 0 end
  local wanted, last = string.match(expected, "^=(%d+):?(%x*)$")
  return version == tonumber(wanted) and (version == 0 or last == "" or last == tail)
end

local function expectsTail(expected) return string.find(expected, ":", 1, true) ~= nil end

-- The refusal of a stream in this state, or nil: as closed first, then by version and tail.
local function refusedByStream(changes, expected, version, tail, closed)
  if closed and changes then return string.format("STREAM_CLOSED:%.0f", version) end
  if not isExpectedVersion(expected, version, tail) then return string.format("VERSION_CONFLICT:%.0f", version) end
  return nil
end
