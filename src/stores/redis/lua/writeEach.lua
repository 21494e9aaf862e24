-- Does lists of steps of any kind that give no memory back, each a write of its own. They come from a burst, all but its first. Each list
-- is checked whole, then applied whole, one after the other. Those that were done before are not done again.
-- KEYS[1...] results string what each write answered before, kept for an hour
-- KEYS[...] others hash what the steps belong to, by number, then results (string) whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] writes integer how many lists there are
-- ARGV[3] numbered integer how many keys have a number
-- ARGV[4] nouns string as for write
-- ARGV[5...] lists string as for write
-- Returns "+" where all was done as asked, else an answer per list: as write
-- Errors WRONGTYPE, FORMAT, OOM with nothing applied
-- Cost O(m log n) for m steps; 12 lists of a check, two puts and an enqueue: 1.0 ms

local given, writes, numbered, nouns = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
--- @include clock
--- @include steps
--- @include writeId
local ANSWER_MS_MAX = "3600000"

local subjects = {}
local lists = readLists(ARGV, 5, { keys = { unpack(KEYS, writes, writes + numbered) }, subjects = subjects, now = clock(given) })
local known = redis.call("MGET", unpack(KEYS, 1, writes))
for _, subject in ipairs(subjects) do subject.guard() end
local latest
for i, list in ipairs(lists) do
  if not known[i] then
    latest = KEYS[i]
    for _, step in ipairs(list) do step.kind.look(step) end
  end
end
if not latest then return table.concat(known, " ") end
redis.call("SET", latest, "", "PX", ANSWER_MS_MAX) -- under full memory the call is refused here, by its first write
for _, subject in ipairs(subjects) do subject.begin() end

local plain, changed = true, {}
for i, list in ipairs(lists) do
  if not known[i] then
    known[i] = refusedAt(list, changed) or applyList(list)
    redis.call("SET", KEYS[i], known[i], "PX", ANSWER_MS_MAX)
  end
  if known[i] ~= "+" then plain = false end
end
for _, subject in ipairs(subjects) do subject.close(writeIdOf(latest)) end
for i = writes + numbered + 1, #KEYS do redis.call("DEL", KEYS[i]) end
return plain and "+" or table.concat(known, " ")
