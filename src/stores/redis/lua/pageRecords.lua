-- Reads a page of records in the order of their places in indexes that are read as one: as many as the limit and the bytes allow, but
-- one at least.
-- KEYS[1] key string the collection: nothing is kept there
-- ARGV[1] from string the bound at which the order begins, as ZRANGE BYLEX takes it
-- ARGV[2] upTo string the bound at which it ends
-- ARGV[3] backwards flag from the greatest to the least: the bounds stand the other way round
-- ARGV[4] limit integer count
-- ARGV[5] bytesMax integer bytes
-- ARGV[6...] indexes string indexes
-- Returns whether more follow (1 or 0), then place and text of each record
-- Errors WRONGTYPE
-- Cost O(i log n + i m log m) for m records of i indexes; 50 of one: 0.1 ms

local key = KEYS[1]
local from, upTo, backwards, limit, bytesMax = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
--- @include portion

local command = backwards == "1" and "ZREVRANGEBYLEX" or "ZRANGEBYLEX"
local places, met = {}, {}
for i = 6, #ARGV do
  for _, place in ipairs(redis.call(command, key .. ":i:" .. ARGV[i], from, upTo, "LIMIT", 0, limit + 1)) do
    if not met[place] then
      met[place] = true
      places[#places + 1] = place
    end
  end
end
if #ARGV > 6 then
  table.sort(places, function(a, b)
    if backwards == "1" then return a > b end
    return a < b
  end)
end

local shown = {}
local length = math.min(#places, limit)
local texts = readPortion(openPortion(limit, bytesMax), length, function(at)
  local place = places[at + 1]
  return redis.call("GET", key .. ":" .. string.match(place, " (.*)$")) or ""
end)
for i, text in ipairs(texts) do
  shown[2 * i - 1], shown[2 * i] = places[i], text
end
table.insert(shown, 1, #texts < #places and 1 or 0)
return shown
