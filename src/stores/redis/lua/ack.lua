-- Does any number of lists of one ack each, of one queue. The ack of a keyed message lets its follower go; a follower that is
-- the only one goes straight to a consumer that waits.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3] leased hash token to parcel
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
--- @include open
--- @include slices
--- @include once

open(key)
local before = answeredBefore(result)
if before then return before end
local tokens = {}
for token in string.gmatch(texts, "[^ ]+") do tokens[#tokens + 1] = token end
-- A foreign value fails here, before anything is written: see guard, which only keyed messages need.
redis.call("HLEN", leased)
redis.call("ZCARD", expiries)
local letGo, forgetAll
if keyed == "1" then
  --- @include letGo
  letGo = lettingGo(key, given, tokens)
end
if deduped == "1" then
  --- @include forgetting
  forgetAll = forgetting(key, tokens)
end

-- The count of deleted fields tells whether all tokens were live, as they nearly always are. If not, the expiries tell which
-- were: to ask them first would take a quarter of the time. A token that comes twice is lost the second time.
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
if forgetAll then forgetAll(live) end
if #live > 0 then
  if letGo then letGo(live, result) else redis.call("HINCRBY", key, "acked", #live) end
end
return keepAnswer(result, answer, KEYS, 5)
