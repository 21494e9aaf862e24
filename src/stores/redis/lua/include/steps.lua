-- The lists of a write, of steps of any kind. A kind enters each of its verbs into `kinds`, with
--   noun(key, now): makes the subject of the step, which is what the step belongs to; once a call for each
--   read(step, values, at): takes its arguments from there on; answers where the next step begins
--   look(step): reads all that it may write, so that a foreign value fails the call before it has changed anything: see guard
--   refused(step, changed, plan): "<TAG>:<data>" where it may not be done, else nil. `changed` has what lists before it changed, `plan`
--     what steps before it in its list will change; what it changes itself it notes there, by a text that is nobody else's
--   apply(step): does it; answers "+" where it was done as asked, else a word for it
-- A subject has
--   guard(): reads what its steps may write, as look does
--   book(): books what was handed over, after the first removal
--   begin(), close(writeId): do what comes before all lists, and what comes behind them
-- The script binds `nouns`, which says whose kinds the call has: a definition costs 0.1 µs, and a noun brings fifty.
local kinds = {}
--- @include hex
--- @include nothingToDo
if string.find(nouns, "q", 1, true) then
  --- @include enqueueStep
  --- @include settleStep
end
if string.find(nouns, "l", 1, true) then
  --- @include appendStep
end
if string.find(nouns, "r", 1, true) then
  --- @include putStep
  --- @include removeStep
  --- @include checkStep
end

local function readLists(values, at, call)
  local lists = {}
  while at <= #values do
    local list, steps = {}, tonumber(values[at])
    at = at + 1
    for i = 1, steps do
      local kind, number = kinds[values[at]], tonumber(values[at + 1])
      local subject = call.subjects[number]
      if not subject then
        subject = kind.noun(call.keys[number + 1], call.now)
        call.subjects[number] = subject
      end
      local step = { verb = values[at], kind = kind, subject = subject, lettersMax = call.lettersMax }
      at = kind.read(step, values, at + 2)
      list[i] = step
    end
    lists[#lists + 1] = list
  end
  return lists
end

-- "-<place>:<TAG>:<data>" for the first step that may not be done, with its place from 0; or nil.
local function refusedAt(list, changed)
  local plan = {}
  for i, step in ipairs(list) do
    local refusal = step.kind.refused(step, changed, plan)
    if refusal then return "-" .. (i - 1) .. ":" .. refusal end
  end
  for name, value in pairs(plan) do changed[name] = value end
  return nil
end

local function applyList(list)
  local words, plain = {}, true
  for i, step in ipairs(list) do
    words[i] = step.kind.apply(step)
    if words[i] ~= "+" then plain = false end
  end
  return plain and "+" or table.concat(words, ",")
end
