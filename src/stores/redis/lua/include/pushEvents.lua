-- Adds events at the end of the log. An error does not undo what a script has done, so each part has its look, which comes first.
--- @include logText
--- @include stream

-- Reads the lists that so many events behind the last place will reach.
local function lookSegments(key, last, count)
  for place = last + 1 - indexOf(last + 1), last + count, SEGMENT do redis.call("LLEN", segmentOf(key, place)) end
end

local function lookRoom(stream, count)
  if stream.version - stream.dropped + count <= STREAM_COUNT_MAX then return end
  error({ err = "LIMIT of stream " .. stream.name .. ": it holds " .. STREAM_COUNT_MAX .. " events at most" })
end

local function pushEvents(key, last, events)
  local from = 1
  while from <= #events do
    local place = last + from
    local upTo = math.min(#events, from + SEGMENT - 1 - indexOf(place))
    redis.call("RPUSH", segmentOf(key, place), unpack(events, from, upTo))
    from = upTo + 1
  end
end

local function keepLast(key, last) redis.call("HSET", key, "format", LOG_FORMAT, "last", string.format("%.0f", last)) end
