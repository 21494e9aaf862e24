-- A record as it is kept, under the key of its collection, ":" and its escaped id: FORMAT and revision, line break, its places in
-- indexes as `name<tab>sort<tab>` each, line break, "0" and its value or "2" and that as a JSON string. An index is a zset of equal
-- scores under the key of the collection, ":i:" and its escaped name; its members are "sort id", the id escaped, and so in order.
local RECORD_FORMAT = "1"

local function refuseRecord(name, text)
  error({ err = "FORMAT of record " .. name .. " is " .. string.sub(text, 1, 1) .. ", this version keeps " .. RECORD_FORMAT })
end

-- The text of the record of this name, or nil.
local function readRecord(name)
  local text = redis.call("GET", name)
  if text and string.sub(text, 1, 1) ~= RECORD_FORMAT then refuseRecord(name, text) end
  return text
end

-- Revision and places of a record's text.
local function partsOfRecord(name, text)
  local revision, places = string.match(text, "^.([^\n]*)\n([^\n]*)\n")
  if not revision then refuseRecord(name, text) end
  return revision, places
end
