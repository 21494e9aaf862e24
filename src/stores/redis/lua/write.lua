-- Lists of steps of any kind: each list is checked whole, then applied whole, one after the other.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2...] others hash the queues' counts and gates, then results (string) whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] queueCount integer count
-- ARGV[3] lettersMax integer count
-- ARGV[4] settles flag -
-- ARGV[5...] lists string -
--   each the number of its steps, then per step: "e", queue, key ("k" before it, or ""), delay ms, dedupe id, its window ms,
--   tail; or an outcome's letter, queue, token, for a release ("l", "u") its delay ms, for all but these and acks cause, delay ms,
--   attemptsMax
-- Returns "+" where all was done as asked, else an answer per list: "+", "-<step>" for a lost lease, or per step "+",
--   "d<id>" for a duplicate of that message, "j" for a retry performed as a reject
-- Errors WRONGTYPE, FORMAT; OOM with nothing applied where nothing is settled
-- Cost O(m log n) for m steps; 1,000 retries: 5 ms

local result = KEYS[1]
local given, queueCount, lettersMax, settles = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
--- @include clock
--- @include queue
--- @include keys
--- @include guardAll
--- @include shelf
--- @include token
--- @include tail
--- @include dedupe
--- @include settle
--- @include steps
--- @include book
--- @include once

local now = clock(given)
local queues = {}
for i = 1, queueCount do queues[i] = openQueue(KEYS[i + 1], now) end
-- A removal first, so that what follows passes under full memory too; a write that settles nothing is refused there.
if settles == "1" then redis.call("HDEL", KEYS[2], "-") end
local answer = answeredBefore(result)
if answer then return answer end
local lists = readLists(ARGV, 5, queues, lettersMax)
guardAll(queues, lists)
if settles == "1" then
  for i = 1, queueCount do book(KEYS[i + 1]) end
end
for _, list in ipairs(lists) do look(list) end
if settles ~= "1" then redis.call("SET", result, "", "PX", 3600000) end -- refused here, before anything else is written
for _, queue in ipairs(queues) do
  if queue.admits then
    --- @include promote
    promote(queue) -- what became due before stands before what comes now
  end
end

local answers, plain, ended = {}, true, {}
for i, list in ipairs(lists) do
  answers[i] = lostAt(list, ended) or applyList(list)
  if answers[i] ~= "+" then plain = false end
end
for _, queue in ipairs(queues) do closeQueue(queue) end
answer = plain and "+" or table.concat(answers, " ")
return keepAnswer(result, answer, KEYS, queueCount + 2)
