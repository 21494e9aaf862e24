-- Does any number of lists of one ack each, of one queue, with one put of a record behind it, or none.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3] leased hash token to parcel
-- KEYS[4] expiries zset token to the ms at which its lease ends
-- KEYS[5...] others string the collections by their numbers, then results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] keyed flag -
-- ARGV[3] deduped flag -
-- ARGV[4] numbered integer how many collections there are
-- ARGV[5...] lists string each its token, and either "" or a put: see putAlong
-- Returns "+" where all was done, else a list's answer each: "+", "-0:LEASE_LOST:", or "-1:RECORD_CONFLICT:" and a revision or nothing
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m lists; 200: 1.1 ms, and 2.5 ms where each record goes from two places to two others

local result, key, leased, expiries = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local given, keyed, deduped, numbered = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
--- @include open
--- @include once
--- @include putAlong

readHead(key)
firstChange(key)
local before = answeredBefore(result)
if before then return before end
redis.call("HLEN", leased) -- a foreign value fails here, before anything is written: see guard
redis.call("ZCARD", expiries)
book(key)

local tokens, starts, at = {}, {}, 5
while at <= #ARGV do
  local i, isPut = #tokens + 1, ARGV[at + 1] ~= ""
  tokens[i], starts[i] = ARGV[at], isPut and at + 1
  at = at + (isPut and 6 or 2)
end

-- Each list is decided upon what those before it will have done. Nothing is written before all are decided.
local puts = openPuts({ unpack(KEYS, 5, numbered + 4) }, ARGV)
local live, answers, settled = {}, {}, {}
for from = 1, #tokens, SLICE do
  local to = math.min(from + SLICE - 1, #tokens)
  local scores = redis.call("ZMSCORE", expiries, unpack(tokens, from, to))
  for i = from, to do
    local token = tokens[i]
    if not scores[i - from + 1] or settled[token] then
      answers[i] = "-0:LEASE_LOST:"
    else
      answers[i] = starts[i] and planPut(puts, starts[i]) or "+"
      if answers[i] == "+" then live[#live + 1], settled[token] = token, true end
    end
  end
end
planMoves(puts)
local letGo, forgetAll
if keyed == "1" then
  --- @include letGo
  letGo = lettingGo(key, given, live)
end
if deduped == "1" then
  --- @include forgetting
  forgetAll = forgetting(key, live)
end

slices("HDEL", leased, live)
slices("ZREM", expiries, live)
if forgetAll then forgetAll(live) end
if #live > 0 then
  if letGo then letGo(live, result) else redis.call("HINCRBY", key, "acked", #live) end
end
applyPuts(puts)
return keepAnswer(result, #live == #tokens and "+" or table.concat(answers, " "), KEYS, numbered + 5)
