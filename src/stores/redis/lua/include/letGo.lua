-- Lets the followers of acked messages go, or frees their keys. Answers the function that does so for the tokens that were live.
-- A foreign value fails here, before that: see guard. Mostly nobody follows, and then little is loaded.
--- @include token
--- @include slices

local function lettingFollow(key, now)
  --- @include queue
  --- @include keys
  --- @include guard
  local queue = openQueue(key, now)
  guard(key)
  return function(names, acked, result)
    for _, name in ipairs(names) do leaveKey(queue, name) end
    count(queue, "acked", acked)
    if next(queue.ends) then
      --- @include handOver
      --- @include writeId
      handOver(queue, writeIdOf(result))
    end
    closeQueue(queue)
  end
end

local function lettingGo(key, given, tokens)
  local followed, letFollow = {}, nil
  for _, token in ipairs(tokens) do
    local name = keyIn(token)
    if name and redis.call("LLEN", key .. ":k:" .. name) > 0 then followed[name] = true end
  end
  redis.call("HLEN", key .. ":k")
  if next(followed) then
    --- @include clock
    letFollow = lettingFollow(key, clock(given))
  end
  return function(live, result)
    local alone, names = {}, {}
    for _, token in ipairs(live) do
      local name = keyIn(token)
      if name then
        local into = followed[name] and names or alone
        into[#into + 1] = name
      end
    end
    slices("HDEL", key .. ":k", alone)
    if letFollow then letFollow(names, #live, result) else redis.call("HINCRBY", key, "acked", #live) end
  end
end
