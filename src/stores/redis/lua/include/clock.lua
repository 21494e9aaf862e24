-- The time of one call in ms: the server's, read once because it moves within a script, or the one that a test gives.
local function clock(given)
  if given ~= "" then return tonumber(given) end
  local time = redis.call("TIME")
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
