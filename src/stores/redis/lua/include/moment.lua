-- A moment is the time as a text: the two parts that TIME answers, with a dot between, or the ms that a test gives. Handing over
-- writes it down as it is, since to make a number of it takes longer; whoever reads it does that.
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
