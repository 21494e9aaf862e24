-- A record as it is kept, under the key of its collection, ":" and its escaped id: FORMAT and revision, line break, its places in
-- indexes as `name<tab>sort<tab>` each, line break, "0" and its value or "2" and that as a JSON string. An index is a zset of equal
-- scores under the key of the collection, ":i:" and its escaped name; its members are "sort id", the id escaped, and so in order.
local RECORD_FORMAT = "1"

-- Revision and places of a record's text.
local function readRecordText(name, text)
  local format, revision, places = string.match(text, "^(.)([^\n]*)\n([^\n]*)\n")
  if format ~= RECORD_FORMAT then
    error({ err = "FORMAT of record " .. name .. " is " .. (format or "?") .. ", this version keeps " .. RECORD_FORMAT })
  end
  return revision, places
end
