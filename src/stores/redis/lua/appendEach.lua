-- Appends lists of events, each a write of its own: to one stream each, behind a record that must be new, or behind none. Those that were
-- appended before are not appended again. They come from a burst.
-- KEYS[1] key hash the head of the log
-- KEYS[2...] results string what each write answered before, kept for an hour, then results whose replies were read, to be deleted
-- ARGV[1] given integer ms
-- ARGV[2] writes integer count
-- ARGV[3...] lists string of each write the key of its record or "", that record's ttl in ms or "", its text, the stream, what is expected
--   of it, how many events, each as its client made it
-- Returns the answers of the writes, as write makes them, with blanks between
-- Errors WRONGTYPE, FORMAT, OOM with nothing applied
-- Cost O(n) for n events; one: 0.02 ms, 1,000 of 1,000 writes with records: 12 ms

local key = KEYS[1]
local given, writes = ARGV[1], tonumber(ARGV[2])
--- @include clock
--- @include hex
--- @include recordText
--- @include expectedVersion
--- @include pushEvents
--- @include wakeFeeds

local names, fields, counts, asksTail = {}, {}, {}, {}
local at, count = 3, 0
local starts = {}
for i = 1, writes do
  starts[i] = at
  local name, number = ARGV[at + 3], tonumber(ARGV[at + 5])
  if not counts[name] then
    names[#names + 1], fields[#fields + 1], counts[name] = name, fieldOfStream(name), 0
  end
  counts[name], asksTail[name] = counts[name] + number, asksTail[name] or expectsTail(ARGV[at + 4])
  count, at = count + number, at + 6 + number
end

local head = readLog(key, "last", "feeds", unpack(fields))
local last, feeds = tonumber(head[2] or 0), feedsThatWait(key, head[3])
local streams = {}
for i, name in ipairs(names) do
  local stream = openStream(key, name, head[i + 3])
  lookRoom(stream, counts[name])
  if asksTail[name] then stream.tail = lastTailOf(stream) end
  stream.entries, streams[name] = {}, stream
end
lookSegments(key, last, count)

local known = redis.call("MGET", unpack(KEYS, 2, writes + 1))
local nowHex, events, answers, records, put = hex(clock(given)), {}, {}, {}, {}

-- Plans one write, and answers it.
local function plan(start)
  local record, stream = ARGV[start], streams[ARGV[start + 3]]
  if record ~= "" then
    local revision = put[record] or readRecordHead(record)
    if revision then return "-0:RECORD_CONFLICT:" .. revision end
  end
  local refusal = refusedByStream(true, ARGV[start + 4], stream.version, stream.tail, stream.closed)
  if refusal then return (record == "" and "-0:" or "-1:") .. refusal end
  for i = start + 6, start + 5 + tonumber(ARGV[start + 5]) do
    stream.version, stream.tail = stream.version + 1, tailOfNew(ARGV[i])
    events[#events + 1] = eventHead(nowHex, stream.version) .. ARGV[i]
    stream.entries[#stream.entries + 1] = streamEntry(last + #events, stream.tail)
  end
  if record ~= "" then
    put[record] = revisionIn(ARGV[start + 2])
    records[#records + 1] = start
  end
  return string.format(record == "" and "%.0f:%.0f" or "+,%.0f:%.0f", stream.version, last + #events)
end

for i = 1, writes do answers[i] = known[i] or plan(starts[i]) end
for i = 1, writes do redis.call("SET", KEYS[i + 1], answers[i], "PX", 3600000) end -- under full memory the call is refused here, by its first write
for _, start in ipairs(records) do
  if ARGV[start + 1] == "" then
    redis.call("SET", ARGV[start], RECORD_FORMAT .. ARGV[start + 2])
  else
    redis.call("SET", ARGV[start], RECORD_FORMAT .. ARGV[start + 2], "PX", ARGV[start + 1])
  end
end
if #events > 0 then
  pushEvents(key, last, events)
  for _, name in ipairs(names) do
    local stream = streams[name]
    if #stream.entries > 0 then redis.call("APPEND", stream.key, table.concat(stream.entries)) end
  end
  keepLast(key, last + #events)
  wakeFeeds(key, feeds)
end
for i = writes + 2, #KEYS do redis.call("DEL", KEYS[i]) end
return table.concat(answers, " ")
