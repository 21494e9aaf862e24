-- Layout of the log. An event: 11 hex digits of when it was appended in ms, 8 of its version, 32 of its id, a digit that tells which of its
-- texts are JSON strings, its type, tab, its stream, line break, its meta, line break, its data; all behind the version as its client
-- wrote it. What is left of a pruned one is its tail alone: the last six digits of its id. A trimmed one is "". A position is 12 hex
-- digits of the place and the tail. Events stand in the order of all, from place 1 on, in lists of SEGMENT events each.
-- The format changes with any of this, and with the strings of streams: see stream.
--- @include newEvent
--- @include segment
local TAIL_LENGTH = 6

-- The tail of what is kept of an event.
local function tailOfEvent(text) return #text == TAIL_LENGTH and text or string.sub(text, 46, 51) end
local function isWhole(text) return #text > TAIL_LENGTH end

-- Type and category of an event: the category is the name of its stream up to the first "/", or all of it.
local function kindOfEvent(text) return string.match(text, "^([^\t]*)\t([^/\n]*)", 53) end

local function positionOf(place, tail) return string.format("%012x", place) .. tail end
local function partsOfPosition(position) return tonumber(string.sub(position, 1, 12), 16), string.sub(position, 13) end

-- Reads fields of the log; they stand behind its format. Every call begins by this, so that what another version has written is neither
-- read nor changed.
local function readLog(key, ...)
  local head = redis.call("HMGET", key, "format", ...)
  if head[1] and head[1] ~= LOG_FORMAT then
    error({ err = "FORMAT of the log " .. key .. " is " .. head[1] .. ", this version keeps " .. LOG_FORMAT })
  end
  return head
end

-- What is kept of the event at this place; nil where that is beyond the last.
local function eventAt(key, place) return redis.call("LINDEX", segmentOf(key, place), indexOf(place)) or nil end
