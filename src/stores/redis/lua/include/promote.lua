-- Takes up what is due, by due time, 1,000 messages or some 2 MiB a call at most: what was leased before finds its former place, a
-- first delivery goes to the end of its key or level. All is read before anything is written (see guard), and no more at a time
-- than the 2 MiB allow if each message is as large as the largest of the queue. Answers the bytes.
--- @include keys
--- @include entry
--- @include guard
local PROMOTE_COUNT_MAX = 1000
local PROMOTE_BYTES_MAX = 2097152

local function promote(queue)
  local step = math.max(1, math.min(20, math.floor(PROMOTE_BYTES_MAX / queue.largest)))
  local due, names, marks, bytes = {}, {}, {}, 0
  repeat
    local some = redis.call("ZRANGEBYSCORE", queue.key .. ":d", "-inf", queue.now, "LIMIT", #due, step)
    for _, entry in ipairs(some) do
      local parcel, at = parcelOfEntry(entry), #due + 1
      if queue.marks then parcel, marks[at] = queue.marks.part(parcel) end
      bytes, due[at] = bytes + #entry, entry
      if not wasLeased(parcel) then
        names[at] = keyOf(parcel) or ""
        if names[at] ~= "" then guardKey(queue.key, names[at]) end
      end
    end
  until #some < step or #due >= PROMOTE_COUNT_MAX or bytes >= PROMOTE_BYTES_MAX
  slices("ZREM", queue.key .. ":d", due)
  for at, entry in ipairs(due) do
    local parcel = parcelOfEntry(entry)
    if names[at] then
      if marks[at] then parcel = queue.marks.part(parcel) end
      admit(queue, keyOf(parcel), parcel, marks[at])
    else
      pushReturned(queue, orderOfEntry(entry), parcel)
    end
  end
  if #due > 0 then pushAll(queue) end
  return bytes
end
