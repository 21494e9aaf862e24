-- Calls a command with any number of arguments, in slices: unpack fails near 8,000 values.
local SLICE = 2000 -- even: no pair is torn apart

local function slices(command, key, values)
  for at = 1, #values, SLICE do
    redis.call(command, key, unpack(values, at, math.min(at + SLICE - 1, #values)))
  end
end
