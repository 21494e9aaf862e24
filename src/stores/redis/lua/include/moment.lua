-- A moment is the time as a text: what TIME answers, parted by a dot, or the ms that a test gives. To make a number of it takes
-- longer than to write it down, so that is left to whoever reads it.
local function moment(given)
  if given ~= "" then return given end
  local time = redis.call("TIME")
  return time[1] .. "." .. time[2]
end

local function msOf(at)
  local dot = string.find(at, ".", 1, true)
  if not dot then return tonumber(at) end
  return string.sub(at, 1, dot - 1) * 1000 + math.floor(string.sub(at, dot + 1) / 1000)
end
