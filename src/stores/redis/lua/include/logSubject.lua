-- The log as the appends of a write find it: see steps.
--- @include logText
--- @include stream
--- @include hex
--- @include nothingToDo
--- @include wakeFeeds
--- @include pushEvents

local function logSubject(key, now)
  local log = { key = key, nowHex = hex(now), streams = {}, names = {}, count = 0, added = 0, book = nothingToDo, begin = nothingToDo }

  -- An error does not undo what a script has done, so everything that may be written is read first: streams, and the lists that the
  -- events will reach.
  log.guard = function()
    local fields = {}
    for i, stream in ipairs(log.names) do fields[i] = fieldOfStream(stream) end
    local head = readLog(key, "last", "feeds", "largest", unpack(fields))
    log.last, log.feeds = tonumber(head[2] or 0), log.count > 0 and feedsThatWait(key, head[3]) or {}
    log.largest = tonumber(head[4] or LARGE)
    for i, name in ipairs(log.names) do
      local stream = openStream(key, name, head[i + 4])
      local asked = log.streams[name]
      if asked.tail then stream.tail = lastTailOf(stream) end
      lookRoom(stream, asked.count)
      log.streams[name] = stream
    end
    lookSegments(key, log.last, log.count)
  end

  log.close = function()
    if log.added == 0 then return end
    keepLast(key, log.last, log.tail)
    wakeFeeds(key, log.feeds)
  end
  return log
end

-- Adds events at the end of the log and of a stream.
local function addEvents(log, stream, events)
  local entries = {}
  for i, event in ipairs(events) do
    entries[i] = streamEntry(log.last + i, tailOfNew(event))
    events[i] = eventHead(log.nowHex, stream.version + i) .. event
  end
  log.largest = pushEvents(log.key, log.last, events, log.largest)
  redis.call("APPEND", stream.key, table.concat(entries))
  log.tail = tailOfEvent(events[#events])
  log.last, log.added, stream.version = log.last + #events, log.added + #events, stream.version + #events
end
