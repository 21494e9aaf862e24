-- Appends lists of events, each a write of its own with its result: to one stream each, behind a record that must be new, or behind none.
-- Those that were appended before are not appended again. In `values` stand, from `at` on, of each write: the key of its record or "",
-- that record's ttl in ms or "", its text, the stream, what is expected of it, how many events, each as its client made it.
--- @include clock
--- @include hex
--- @include recordText
--- @include expectedVersion
--- @include pushEvents
--- @include wakeFeeds

-- The streams of the writes, each once, as they are now; and how many events there are. All that may be written is read here.
local function openAll(key, values, starts)
  local fields, asked, names, count = {}, {}, {}, 0
  for i, start in ipairs(starts) do
    local name, number = values[start + 3], tonumber(values[start + 5])
    if not asked[name] then
      names[#names + 1], fields[#fields + 1], asked[name] = name, fieldOfStream(name), { count = 0 }
    end
    asked[name].count = asked[name].count + number
    asked[name].tail = asked[name].tail or expectsTail(values[start + 4])
    count = count + number
  end
  local log = { streams = {}, names = names }
  local head = readLog(key, "last", "feeds", "largest", unpack(fields))
  log.last, log.feeds, log.largest = tonumber(head[2] or 0), feedsThatWait(key, head[3]), tonumber(head[4] or LARGE)
  for i, name in ipairs(names) do
    local stream = openStream(key, name, head[i + 4])
    lookRoom(stream, asked[name].count)
    if asked[name].tail then stream.tail = lastTailOf(stream) end
    stream.entries, log.streams[name] = {}, stream
  end
  lookSegments(key, log.last, count)
  return log
end

-- Plans one write, and answers it as `write` would.
local function planWrite(log, values, start)
  local record, stream = values[start], log.streams[values[start + 3]]
  if record ~= "" then
    local revision = log.put[record] or readRecordHead(record)
    if revision then return "-0:RECORD_CONFLICT:" .. revision end
  end
  local refusal = refusedByStream(true, values[start + 4], stream.version, stream.tail, stream.closed)
  if refusal then return (record == "" and "-0:" or "-1:") .. refusal end
  for i = start + 6, start + 5 + tonumber(values[start + 5]) do
    stream.version, stream.tail = stream.version + 1, tailOfNew(values[i])
    log.events[#log.events + 1] = eventHead(log.nowHex, stream.version) .. values[i]
    stream.entries[#stream.entries + 1] = streamEntry(log.last + #log.events, stream.tail)
  end
  if record ~= "" then
    log.put[record] = revisionIn(values[start + 2])
    log.records[#log.records + 1] = start
  end
  return string.format(record == "" and "%.0f:%.0f" or "+,%.0f:%.0f", stream.version, log.last + #log.events)
end

local function applyWrites(key, log, values)
  for _, start in ipairs(log.records) do
    if values[start + 1] == "" then
      redis.call("SET", values[start], values[start + 2])
    else
      redis.call("SET", values[start], values[start + 2], "PX", values[start + 1])
    end
  end
  if #log.events == 0 then return end
  pushEvents(key, log.last, log.events, log.largest)
  for _, name in ipairs(log.names) do
    local stream = log.streams[name]
    if #stream.entries > 0 then redis.call("APPEND", stream.key, table.concat(stream.entries)) end
  end
  keepLast(key, log.last + #log.events, tailOfEvent(log.events[#log.events]))
  wakeFeeds(key, log.feeds)
end

-- `given` is the time that a test gives. Returns the answers of the writes.
local function appendLists(key, given, results, values, at)
  local starts = {}
  for i = 1, #results do
    starts[i] = at
    at = at + 6 + tonumber(values[at + 5])
  end
  local log = openAll(key, values, starts)
  log.nowHex, log.events, log.records, log.put = hex(clock(given)), {}, {}, {}
  local answers, known = {}, redis.call("MGET", unpack(results))
  for i, start in ipairs(starts) do answers[i] = known[i] or planWrite(log, values, start) end
  for i, result in ipairs(results) do redis.call("SET", result, answers[i], "PX", 3600000) end -- under full memory the call is refused here, by its first write
  applyWrites(key, log, values)
  return answers
end
