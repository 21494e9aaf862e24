-- Tells new messages with a key that has no head yet from those that follow one: many at a time, so the keys are looked up
-- together. Answers the records that are ready, and a function that writes the rest.
--- @include queue
--- @include keys
--- @include guard

local function byKey(key, busy, stamp, values)
  local records, heads, taken, followers = {}, {}, {}, {}
  local queue = openQueue(key, 0)
  for from = 4, #values, 1000 do
    local tails, names, at = { unpack(values, from, math.min(from + 999, #values)) }, {}, {}
    for i = 1, #tails do
      local hasMeta = string.byte(tails[i], 1) % 2 == 1
      local name = hasMeta and string.match(tails[i], "^k([^\n]*)\n", 38)
      if name then names[#names + 1], at[i] = name, #names + 1 end
    end
    local known = #names > 0 and redis.call("HMGET", busy, unpack(names)) or {}
    for i = 1, #tails do
      local record, name = stamp .. tails[i], names[at[i]]
      if not name then
        records[#records + 1] = record
      elseif known[at[i]] or taken[name] then
        guardKey(key, name)
        followers[#followers + 1] = { name, record }
      else
        records[#records + 1], taken[name] = record, true
        heads[#heads + 1] = name
        heads[#heads + 1] = "1"
      end
    end
  end
  if #followers > 0 then redis.call("SCARD", key .. ":f") end
  return records, function()
    slices("HSET", busy, heads)
    for _, follower in ipairs(followers) do follow(queue, follower[1], 0, follower[2]) end
    closeQueue(queue)
  end
end
