-- Hands the only message that a write made ready over to a consumer that waits, as an enqueue does with a new message, if nothing else
-- is ready: a follower that a settlement let go, or a new one. It is entered among the leases at once.
--- @include queue
--- @include handedText
--- @include handedParts

local function handOver(queue, writeId)
  local level, list = next(queue.ends)
  if not level or next(queue.ends, level) or #list > 1 or #queue.returned > 0 then return end
  local parcel, ticket = list[1], redis.call("GET", queue.key .. ":h")
  if not ticket or not isTicket(ticket) or not known(parcel) or hasMarks(parcel) then return end
  local text = handedText(ticket, string.format("%.0f", queue.now), writeId, WHOLE .. parcel)
  local token, _, _, order, endsAt = readHanded(text)
  redis.call("HSET", queue.key .. ":l", token, parcel)
  redis.call("ZADD", queue.key .. ":x", string.format("%.0f", endsAt), token)
  redis.call("DEL", queue.key .. ":h")
  redis.call("LPUSH", queue.key .. ":w", text)
  queue.seq, queue.ends = math.max(order, queue.seq), {}
end
