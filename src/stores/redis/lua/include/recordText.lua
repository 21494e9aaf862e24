-- A record as it is kept, under the key of its collection, ":" and its escaped id: FORMAT and revision, line break, its places in
-- indexes as `name<tab>sort<tab>` each, line break, "0" and its value or "2" and that as a JSON string. An index is a zset of equal
-- scores under the key of the collection, ":i:" and its escaped name; its members are "sort id", the id escaped, and so in order.
local RECORD_FORMAT = "1"

local function revisionIn(text) return string.match(text, "^.([^\n]*)") end

local function refuseRecord(name, text)
  error({ err = "FORMAT of record " .. name .. " is " .. string.sub(text, 1, 1) .. ", this version keeps " .. RECORD_FORMAT })
end

-- The text of the record of this name, or nil.
local function readRecord(name)
  local text = redis.call("GET", name)
  if text and string.sub(text, 1, 1) ~= RECORD_FORMAT then refuseRecord(name, text) end
  return text
end

-- So much of a record is read first where its value is not asked for: its revision and some ten places.
local HEAD_BYTES = 512
local HEAD_END = "511" -- the place of its last byte, as a text: to make one of a number takes Redis half a microsecond

-- Revision and places of the record of this name, or nil. Its value is not read: a write may have 1,000 steps upon records of a MiB
-- each, and has the bytes of its own values alone as a bound.
local function readRecordHead(name)
  local size, upTo = HEAD_BYTES, HEAD_END
  while true do
    local head = redis.call("GETRANGE", name, "0", upTo)
    if head == "" then
      readRecord(name) -- refuses a foreign text that is empty
      return nil
    end
    if string.sub(head, 1, 1) ~= RECORD_FORMAT then refuseRecord(name, head) end
    local revision, places = string.match(head, "^.([^\n]*)\n([^\n]*)\n")
    if revision then return revision, places end
    if #head < size then refuseRecord(name, head) end
    size = size * 16
    upTo = size - 1
  end
end
