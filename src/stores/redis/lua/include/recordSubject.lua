-- A collection of records, as the steps of a write find it. What a step expects of its record: "*" any state, "-" that it is not
-- there, "=" and a revision. A refusal tells the revision that is there, or nothing.
--- @include recordText
--- @include nothingToDo

local function recordSubject(key)
  return { key = key, records = {}, looked = {}, guard = nothingToDo, book = nothingToDo, begin = nothingToDo, close = nothingToDo }
end

-- An error does not undo what a script has done, so every index that may be written is read first.
local function lookIndexes(subject, places)
  for name in string.gmatch(places, "([^\t]*)\t[^\t]+\t") do
    if not subject.looked[name] then
      redis.call("ZCARD", subject.key .. ":i:" .. name)
      subject.looked[name] = true
    end
  end
end

local function lookRecord(step)
  local subject = step.subject
  if subject.records[step.name] then return end
  local revision, places = readRecordHead(step.name)
  local record = { revision = revision or false, places = places or "" }
  lookIndexes(subject, record.places)
  subject.records[step.name] = record
end

local function refusedRecord(step, changed, plan)
  local revision = plan[step.name]
  if revision == nil then revision = changed[step.name] end
  if revision == nil then revision = step.subject.records[step.name].revision end
  local expected = step.expected
  if expected == "*" or (expected == "-" and not revision) or (revision and expected == "=" .. revision) then return nil end
  return "RECORD_CONFLICT:" .. (revision or "")
end

-- The id and what is expected begin the arguments of each step.
local function readRecordName(step, values, at)
  step.id, step.expected = values[at], values[at + 1]
  step.name = step.subject.key .. ":" .. step.id
  return at + 2
end

-- The record leaves its places, and is one of this revision with these.
local function moveRecord(step, revision, places)
  local key, record = step.subject.key, step.subject.records[step.name]
  for name, sort in string.gmatch(record.places, "([^\t]*)\t([^\t]+)\t") do
    redis.call("ZREM", key .. ":i:" .. name, sort .. " " .. step.id)
  end
  for name, sort in string.gmatch(places, "([^\t]*)\t([^\t]+)\t") do
    redis.call("ZADD", key .. ":i:" .. name, 0, sort .. " " .. step.id)
  end
  record.revision, record.places = revision, places
end
