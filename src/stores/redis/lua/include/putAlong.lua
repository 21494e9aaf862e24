-- Records that are put behind acks, one a list, without tables for each. In `values` stand, from `at` on: the number of its collection,
-- its id, what is expected of it (see recordSubject), its ttl in ms or "", its text (see recordText). All that may be written is read
-- before anything is written. What is written is how it ends: each record once, from the places that it had to those of its last put.
--- @include recordText
--- @include slices

local function openPuts(collections, values)
  return {
    collections = collections, values = values,
    -- By the name of a record: its revision, or false where there is none; its places before, and now; where its last put stands.
    revisions = {}, before = {}, places = {}, last = {},
    -- By the key of an index: the members that leave it, and those that it takes, each behind its score.
    left = {}, taken = {},
  }
end

-- Plans the put that stands there. Answers nothing, or where it may not be done, the answer of its list.
local function planPut(puts, at)
  local values = puts.values
  local expected, name = values[at + 2], puts.collections[tonumber(values[at])] .. ":" .. values[at + 1]
  local revision = puts.revisions[name]
  if revision == nil then
    local head, places = readRecordHead(name)
    revision, places = head or false, places or ""
    puts.revisions[name], puts.before[name] = revision, places
  end
  if not (expected == "*" or (expected == "-" and not revision) or (revision and expected == "=" .. revision)) then
    return "-1:RECORD_CONFLICT:" .. (revision or "")
  end
  puts.revisions[name], puts.places[name] = string.match(values[at + 4], "^.([^\n]*)\n([^\n]*)\n")
  puts.last[name] = at
  return nil
end

local function openIndex(puts, index)
  if puts.left[index] then return end
  redis.call("ZCARD", index) -- a foreign value fails here, before anything is written: see guard
  puts.left[index], puts.taken[index] = {}, {}
end

-- Plans how the records that are put change their places. Members of two records are never the same.
local function planMoves(puts)
  local left, taken = puts.left, puts.taken
  for name, at in pairs(puts.last) do
    local before, places = puts.before[name], puts.places[name]
    if before ~= places then
      local stem, ending = puts.collections[tonumber(puts.values[at])] .. ":i:", " " .. puts.values[at + 1]
      for indexName, sort in string.gmatch(before, "([^\t]*)\t([^\t]+)\t") do
        local index = stem .. indexName
        openIndex(puts, index)
        local members = left[index]
        members[#members + 1] = sort .. ending
      end
      for indexName, sort in string.gmatch(places, "([^\t]*)\t([^\t]+)\t") do
        local index = stem .. indexName
        openIndex(puts, index)
        local members = taken[index]
        members[#members + 1] = "0"
        members[#members + 1] = sort .. ending
      end
    end
  end
end

local function applyPuts(puts)
  local values = puts.values
  for name, at in pairs(puts.last) do
    local ttl, text = values[at + 3], values[at + 4]
    if ttl == "" then redis.call("SET", name, text) else redis.call("SET", name, text, "PX", ttl) end
  end
  for index, members in pairs(puts.left) do slices("ZREM", index, members) end
  for index, members in pairs(puts.taken) do slices("ZADD", index, members) end
end
