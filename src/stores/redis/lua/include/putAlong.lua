-- Records that are put behind acks, one a list, without tables for each. In `values` stand, from `at` on: the number of its collection,
-- its id, what is expected of it (see recordSubject), its ttl in ms or "", its text (see recordText). All that may be written is read
-- while it is planned. What is written is how it ends: each record once, and each place that it left or took once.
--- @include recordText
--- @include slices

local function openPuts(collections, values)
  local indexes = {}
  for _, collection in ipairs(collections) do indexes[collection] = { stem = collection .. ":i:", moves = {} } end
  return {
    collections = collections, values = values,
    revisions = {}, places = {}, -- by the name of a record, false where there is none
    last = {}, -- by the name of a record: where its last put stands
    indexes = indexes, -- by collection: the moves of each index, which say by member whether it comes or goes
  }
end

local function openMoves(indexes, name)
  redis.call("ZCARD", indexes.stem .. name) -- a foreign value fails here, before anything is written: see guard
  indexes.moves[name] = {}
  return indexes.moves[name]
end

local function movePlaces(indexes, id, old, new)
  local ending = " " .. id
  for name, sort in string.gmatch(old, "([^\t]*)\t([^\t]+)\t") do
    local moves = indexes.moves[name] or openMoves(indexes, name)
    moves[sort .. ending] = false
  end
  for name, sort in string.gmatch(new, "([^\t]*)\t([^\t]+)\t") do
    local moves = indexes.moves[name] or openMoves(indexes, name)
    moves[sort .. ending] = true
  end
end

-- Plans the put that stands there. Answers nothing, or where it may not be done, the answer of its list.
local function planPut(puts, at)
  local values = puts.values
  local collection, id, expected = puts.collections[tonumber(values[at])], values[at + 1], values[at + 2]
  local name = collection .. ":" .. id
  local revision, places = puts.revisions[name], puts.places[name]
  if revision == nil then
    revision, places = readRecordHead(name)
    revision, places = revision or false, places or ""
    puts.revisions[name], puts.places[name] = revision, places
  end
  if not (expected == "*" or (expected == "-" and not revision) or (revision and expected == "=" .. revision)) then
    return "-1:RECORD_CONFLICT:" .. (revision or "")
  end
  local own, new = string.match(values[at + 4], "^.([^\n]*)\n([^\n]*)\n")
  if new ~= places then movePlaces(puts.indexes[collection], id, places, new) end
  puts.revisions[name], puts.places[name], puts.last[name] = own, new, at
  return nil
end

local function applyMoves(index, moves)
  local left, taken = {}, {}
  for member, comes in pairs(moves) do
    if comes then
      taken[#taken + 1] = "0"
      taken[#taken + 1] = member
    else
      left[#left + 1] = member
    end
  end
  slices("ZREM", index, left)
  slices("ZADD", index, taken)
end

local function applyPuts(puts)
  local values = puts.values
  for name, at in pairs(puts.last) do
    local ttl, text = values[at + 3], values[at + 4]
    if ttl == "" then redis.call("SET", name, text) else redis.call("SET", name, text, "PX", ttl) end
  end
  for _, indexes in pairs(puts.indexes) do
    for name, moves in pairs(indexes.moves) do applyMoves(indexes.stem .. name, moves) end
  end
end
