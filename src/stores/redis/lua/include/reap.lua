-- Ends leases whose time is over, up to 2 MiB of them. The end counts as a failure: a message out of attempts is dead-lettered, any
-- other is ready again in its former place. One that was not begun goes back there uncounted. `tokens` come in the order in which
-- their leases end. Answers how many it ended, and their bytes.
--- @include leased
--- @include unbegun
local EXPIRED = '"lease expired"'
local REAP_COUNT_MAX = 1000
local REAP_BYTES_MAX = 2097152

local function reap(queue, tokens, limits)
  local parcels, origins, ended, bytes = {}, {}, {}, 0
  for i, token in ipairs(tokens) do
    if bytes > REAP_BYTES_MAX then break end
    ended[i] = token
    parcels[token], origins[token] = readLeased(queue.key, token)
    bytes = bytes + #(parcels[token] or "")
  end
  local scores, unbegun = #ended > 0 and redis.call("ZMSCORE", queue.key .. ":x", unpack(ended)), {}
  for i, token in ipairs(ended) do unbegun[token] = isUnbegun(scores[i]) end
  slices("HDEL", queue.key .. ":l", ended)
  slices("ZREM", queue.key .. ":x", ended)
  -- By origin: those that are dead-lettered keep their former order too.
  table.sort(ended, function(a, b) return (origins[a] or a) < (origins[b] or b) end)
  for _, token in ipairs(ended) do
    local uncounted = parcels[token] and unbegun[token] and passed(parcels[token])
    if uncounted then
      pushReturned(queue, origins[token], uncounted)
    elseif parcels[token] then
      local parcel = failed(parcels[token], queue.nowHex .. EXPIRED, true)
      if failuresOf(parcel) < limits.failures then
        pushReturned(queue, origins[token], parcel)
      else
        deadLetter(queue, parcel, EXPIRED, limits.letters)
        local key = keyIn(token)
        if key then leaveKey(queue, key) end
      end
    end
  end
  pushAll(queue)
  return #ended, bytes
end
