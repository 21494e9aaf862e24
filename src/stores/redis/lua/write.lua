-- Does lists of steps of any kind, one after the other: each list is checked whole, then applied whole.
-- KEYS[1] result string what this write answered before, kept for an hour
-- KEYS[2...] others hash what the steps belong to, by number, then results (string) whose replies were read, to be
--   deleted
-- ARGV[1] given integer ms
-- ARGV[2] numbered integer how many keys have a number
-- ARGV[3] lettersMax integer count
-- ARGV[4] frees flag whether some step gives memory back, so that all must pass under full memory
-- ARGV[5] nouns string "q" for steps of queues, "l" of the log, "r" of records
-- ARGV[6...] lists string each the number of its steps, then per step its verb, the number of what it belongs to, its arguments: see steps
-- Returns "+" where all was done as asked, else an answer per list: "+", "-<place>:<TAG>:<data>" for the first step that was
--   refused, or per step "+" or the word of its kind
-- Errors WRONGTYPE, FORMAT; OOM with nothing applied where nothing gives memory back
-- Cost O(m log n) for m steps; 1,000 retries: 5 ms

local result = KEYS[1]
local given, numbered, lettersMax, frees, nouns = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
--- @include clock
--- @include steps
--- @include once

local subjects = {}
local lists = readLists(ARGV, 6, { keys = KEYS, subjects = subjects, now = clock(given), lettersMax = lettersMax })
if frees == "1" then redis.call("HDEL", KEYS[2], "-") end -- a removal first, so that the rest passes under full memory too
local answer = answeredBefore(result)
if answer then return answer end
for _, subject in ipairs(subjects) do subject.guard() end
if frees == "1" then
  for _, subject in ipairs(subjects) do subject.book() end
end
for _, list in ipairs(lists) do
  for _, step in ipairs(list) do step.kind.look(step) end
end
if frees ~= "1" then redis.call("SET", result, "", "PX", 3600000) end -- under full memory the call is refused here, by its first write
for _, subject in ipairs(subjects) do subject.begin() end

local answers, plain, changed = {}, true, {}
for i, list in ipairs(lists) do
  answers[i] = refusedAt(list, changed) or applyList(list)
  if answers[i] ~= "+" then plain = false end
end
--- @include writeId
for _, subject in ipairs(subjects) do subject.close(writeIdOf(result)) end
answer = plain and "+" or table.concat(answers, " ")
return keepAnswer(result, answer, KEYS, numbered + 2)
