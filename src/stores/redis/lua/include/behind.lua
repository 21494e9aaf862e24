-- Parts new messages that are ready from those that follow the head of their key. Many come at a time, so their keys are looked up
-- together. Answers the parcels that are ready, a function that writes the rest, and whether a promotion made others ready.
--- @include parcel
--- @include slices

-- Takes up what became due before: it stands before what comes now.
local function promoteBefore(key, now, added)
  --- @include queue
  --- @include guard
  --- @include promote
  local queue = openQueue(key, now)
  guard(key)
  for _, parcel in ipairs(added) do
    local name = keyOf(parcel)
    if name then guardKey(key, name) end
  end
  redis.call("HSET", key, "-", "") -- the first write: full memory refuses it
  redis.call("HDEL", key, "-")
  promote(queue)
  closeQueue(queue)
end

-- Puts followers behind the heads of their keys. A follower is its escaped key and its parcel.
local function follow(key, followers)
  for _, follower in ipairs(followers) do
    local name = follower[1]
    if redis.call("RPUSH", key .. ":k:" .. name, follower[2]) == 1 then redis.call("SADD", key .. ":f", name) end
  end
  if #followers > 0 then redis.call("HINCRBY", key, "waiting", #followers) end
end

local function byKey(key, busy, now, added)
  local parcels, heads, taken, followers = {}, {}, {}, {}
  local promotes = #redis.call("ZRANGEBYSCORE", key .. ":d", "-inf", now, "LIMIT", 0, 1) > 0
  if promotes then promoteBefore(key, now, added) end
  for from = 1, #added, 1000 do
    local some, names, at = { unpack(added, from, math.min(from + 999, #added)) }, {}, {}
    for i = 1, #some do
      local name = keyOf(some[i])
      if name then names[#names + 1], at[i] = name, #names + 1 end
    end
    local known = #names > 0 and redis.call("HMGET", busy, unpack(names)) or {}
    for i = 1, #some do
      local parcel, name = some[i], names[at[i]]
      if not name then
        parcels[#parcels + 1] = parcel
      elseif known[at[i]] or taken[name] then
        redis.call("LLEN", key .. ":k:" .. name) -- a foreign value fails here, before anything is written: see guard
        followers[#followers + 1] = { name, parcel }
      else
        parcels[#parcels + 1], taken[name] = parcel, true
        heads[#heads + 1] = name
        heads[#heads + 1] = "1"
      end
    end
  end
  if #followers > 0 then redis.call("SCARD", key .. ":f") end
  return parcels, function()
    slices("HSET", busy, heads)
    follow(key, followers)
  end, promotes
end
