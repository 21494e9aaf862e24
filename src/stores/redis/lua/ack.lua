-- Acks: any number of lists of one ack each, of one queue. A keyed message lets its follower go.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2] key hash the queue's counts and gates
-- KEYS[3] leased hash token to record
-- KEYS[4] expiries zset token to the ms at which its lease ends
-- KEYS[5...] answered string results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2...] tokens string -
-- Returns "+" where every token was live, else a list's answer each: "+", or "-0" for a lost lease
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m acks; 1,000: 1.1 ms, keyed 2.2 ms

local result, key, leased, expiries = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local given = ARGV[1]
--- @include clock
--- @include queue
--- @include keys
--- @include guard
--- @include token

redis.call("HDEL", key, "-") -- a removal first: what follows passes under full memory too
local answer = redis.call("GET", result)
if answer then
  redis.call("PEXPIRE", result, 3600000) -- a write, so that a WAIT behind it has something to wait for
  return answer
end
local queue = openQueue(key, 0)
redis.call("HLEN", leased)

local live, keys, seen, answers, lost = {}, {}, {}, {}, false
for from = 2, #ARGV, 1000 do
  local to = math.min(from + 999, #ARGV)
  local scores = redis.call("ZMSCORE", expiries, unpack(ARGV, from, to))
  for i = from, to do
    local token = ARGV[i]
    if scores[i - from + 1] and not seen[token] then
      seen[token], live[#live + 1], answers[i - 1] = true, token, "+"
      keys[#keys + 1] = keyIn(token)
    else
      lost, answers[i - 1] = true, "-0"
    end
  end
end
if #keys > 0 then
  guard(key)
  for _, name in ipairs(keys) do guardKey(key, name) end
  queue.now = clock(given)
end

slices("HDEL", leased, live)
slices("ZREM", expiries, live)
count(queue, "acked", #live)
for _, name in ipairs(keys) do leaveKey(queue, name) end
closeQueue(queue)
answer = lost and table.concat(answers, " ") or "+"
redis.call("SET", result, answer, "PX", 3600000)
for i = 5, #KEYS do redis.call("DEL", KEYS[i]) end
return answer
