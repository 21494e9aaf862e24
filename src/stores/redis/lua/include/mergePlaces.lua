-- Places of several indexes as one list without doubles.

-- By bytes, as Redis orders them: Lua's own order of texts follows the locale of the server.
local function isBefore(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

-- The first `count` of lists that are in order, or in the reverse one.
local function mergePlaces(lists, count, backwards)
  if #lists == 1 then return lists[1] end
  local merged, heads = {}, {}
  for i = 1, #lists do heads[i] = 1 end
  while #merged < count do
    local best
    for i, list in ipairs(lists) do
      local place = list[heads[i]]
      if place and place == merged[#merged] then
        heads[i] = heads[i] + 1
        place = list[heads[i]]
      end
      if place and (not best or (backwards and isBefore(best, place)) or (not backwards and isBefore(place, best))) then best = place end
    end
    if not best then break end
    merged[#merged + 1] = best
  end
  return merged
end
