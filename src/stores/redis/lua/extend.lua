-- Makes live leases end `leaseMs` from now. All leases of an exclusive queue are its owner's, so this extends the ownership too.
-- KEYS[1] key hash the queue's counts and gates
-- KEYS[2] expiries zset token to the ms at which its lease ends, see unbegun
-- ARGV[1] given integer ms
-- ARGV[2] leaseMs integer ms
-- ARGV[3] unbegun integer how many tokens, the last ones, are of messages that were not begun
-- ARGV[4...] tokens string -
-- Returns one character per token: "1" extended, "0" lost
-- Errors WRONGTYPE, FORMAT
-- Cost O(m log n) for m tokens; 1,000: 1.2 ms

local key, expiries = KEYS[1], KEYS[2]
local given, leaseMs = ARGV[1], tonumber(ARGV[2])
local unbegun = tonumber(ARGV[3])
--- @include open
--- @include clock
--- @include slices
--- @include unbegun

local head = open(key, "ownerUntil", "takeover")
local untilMs = clock(given) + leaseMs
local answers, changes = {}, {}
for from = 4, #ARGV, 1000 do
  local to = math.min(from + 999, #ARGV)
  local scores = redis.call("ZMSCORE", expiries, unpack(ARGV, from, to))
  for i = from, to do
    local live = scores[i - from + 1]
    answers[i - 3] = live and "1" or "0"
    if live then
      changes[#changes + 1] = i > #ARGV - unbegun and unbegunUntil(untilMs) or untilMs
      changes[#changes + 1] = ARGV[i]
    end
  end
end
slices("ZADD", expiries, changes)
-- While another consumer takes the queue over, the leases are still the former owner's: they do not extend the new ownership.
local owned = not head[3] and tonumber(head[2])
if owned and #changes > 0 and owned < untilMs then redis.call("HSET", key, "ownerUntil", untilMs) end
return table.concat(answers)
