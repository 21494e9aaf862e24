-- Adds events at the end of the log. An error does not undo what a script has done, so each part has its look, which comes first.
--- @include logText
--- @include stream
--- @include noteSize

-- Reads the lists that so many events behind the last place will reach.
local function lookSegments(key, last, count)
  if count == 0 then return end -- a check reads none of them
  for place = last + 1 - indexOf(last + 1), last + count, SEGMENT do redis.call("LLEN", segmentOf(key, place)) end
end

local function lookRoom(stream, count)
  if stream.version - stream.dropped + count > STREAM_COUNT_MAX then
    error({ err = "LIMIT of stream " .. stream.name .. ": it holds " .. STREAM_COUNT_MAX .. " events at most" })
  end
  if stream.version + count > VERSION_MAX then
    error({ err = "LIMIT of stream " .. stream.name .. ": its versions end at " .. string.format("%.0f", VERSION_MAX) })
  end
end

-- Answers the bytes of the largest event that the log ever had; `largest` is what they were before.
local function pushEvents(key, last, events, largest)
  local from, longest = 1, 0
  for _, event in ipairs(events) do longest = math.max(longest, #event) end
  while from <= #events do
    local place = last + from
    local upTo = math.min(#events, from + SEGMENT - 1 - indexOf(place))
    redis.call("RPUSH", segmentOf(key, place), unpack(events, from, upTo))
    from = upTo + 1
  end
  return noteSize(key, largest, longest)
end

local function keepLast(key, last, tail)
  redis.call("HSET", key, "format", LOG_FORMAT, "last", string.format("%.0f", last), "tail", tail)
end
