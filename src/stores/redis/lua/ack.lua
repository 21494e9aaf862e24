-- Acks: any number of lists of one ack each, of one queue. A keyed message lets its follower go, straight to a consumer that
-- waits where it is the only one.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3] leased hash token to record
-- KEYS[4] expiries zset token to the ms at which its lease ends
-- KEYS[5...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] keyed flag -
-- ARGV[3] deduped flag -
-- ARGV[4] texts string tokens parted by blanks: one large argument costs both sides less than many
-- Returns "+" where every token was live, else a list's answer each: "+", or "-0:LEASE_LOST:"
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m acks; 1,000: 1.0 ms, keyed 2.0 ms

local result, key, leased, expiries = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local given, keyed, deduped, texts = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
--- @include clock
--- @include queue
--- @include keys
--- @include guard
--- @include token
--- @include handed

local queue = openQueue(key, keyed == "1" and clock(given) or 0)
redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local before = redis.call("GET", result)
if before then
  redis.call("PEXPIRE", result, 3600000) -- a write, so that a WAIT behind it has something to wait for
  return before
end
local tokens = {}
for token in string.gmatch(texts, "[^ ]+") do tokens[#tokens + 1] = token end
redis.call("HLEN", leased)
redis.call("ZCARD", expiries)
if keyed == "1" then
  guard(key)
  for _, token in ipairs(tokens) do
    local name = keyIn(token)
    if name then guardKey(key, name) end
  end
end
book(key)
local records = {}
if deduped == "1" then
  --- @include leased
  for _, token in ipairs(tokens) do
    records[token] = isDeduped(token) and readLeased(key, token) or nil
  end
end

-- The count of deleted fields tells that all were live, as nearly always; if not, the expiries tell which were: asking them
-- first would take a quarter of the time. A token that comes twice is lost the second time.
local live, answer = tokens, "+"
local deleted = 0
for from = 1, #tokens, SLICE do
  deleted = deleted + redis.call("HDEL", leased, unpack(tokens, from, math.min(from + SLICE - 1, #tokens)))
end
if deleted < #tokens then
  local answers, taken = {}, {}
  live = {}
  for from = 1, #tokens, SLICE do
    local to = math.min(from + SLICE - 1, #tokens)
    local scores = redis.call("ZMSCORE", expiries, unpack(tokens, from, to))
    for i = from, to do
      local token = tokens[i]
      local isLive = scores[i - from + 1] and not taken[token]
      answers[i] = isLive and "+" or "-0:LEASE_LOST:"
      if isLive then live[#live + 1], taken[token] = token, true end
    end
  end
  answer = table.concat(answers, " ")
end
slices("ZREM", expiries, live)
if deduped == "1" then
  for _, token in ipairs(live) do
    if records[token] then forget(key, records[token]) end
  end
end
if keyed == "1" then
  local alone = {}
  for _, token in ipairs(live) do
    local name = keyIn(token)
    if name and redis.call("EXISTS", key .. ":k:" .. name) == 0 then
      alone[#alone + 1] = name
    elseif name then
      leaveKey(queue, name)
    end
  end
  slices("HDEL", key .. ":k", alone)
end
count(queue, "acked", #live)
if next(queue.ends) then
  --- @include handOver
  handOver(queue, string.sub(result, string.find(result, "}:w:", 1, true) + 4))
end
closeQueue(queue)
redis.call("SET", result, answer, "PX", 3600000)
for i = 5, #KEYS do redis.call("DEL", KEYS[i]) end
return answer
