-- Tells new messages with a key that has no head yet from those that follow one: many at a time, so the keys are looked up
-- together. Answers the records that are ready, and a function that writes the rest.
--- @include queue
--- @include keys
--- @include guard

local function byKey(key, busy, added)
  local records, heads, taken, followers = {}, {}, {}, {}
  local queue = openQueue(key, 0)
  for from = 1, #added, 1000 do
    local some, names, at = { unpack(added, from, math.min(from + 999, #added)) }, {}, {}
    for i = 1, #some do
      local name = keyOf(some[i])
      if name then names[#names + 1], at[i] = name, #names + 1 end
    end
    local known = #names > 0 and redis.call("HMGET", busy, unpack(names)) or {}
    for i = 1, #some do
      local record, name = some[i], names[at[i]]
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
