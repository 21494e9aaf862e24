-- Tells new messages with a key that has no head yet from those that follow one: many at a time, so the keys are looked up
-- together. Answers the records that are ready, a function that writes the rest, and whether something else became ready.
--- @include queue
--- @include keys
--- @include guard
--- @include promote

local function byKey(key, busy, now, added)
  local records, heads, taken, followers = {}, {}, {}, {}
  local queue = openQueue(key, now)
  local promotes = isAnyDue(queue)
  if promotes then -- what became due before stands before what comes now
    guard(key)
    for _, record in ipairs(added) do
      local name = keyOf(record)
      if name then guardKey(key, name) end
    end
    redis.call("HSET", key, "-", "") -- refused under full memory, before anything else is written
    redis.call("HDEL", key, "-")
    promote(queue)
  end
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
    for _, follower in ipairs(followers) do follow(queue, follower[1], follower[2]) end
    closeQueue(queue)
  end, promotes
end
