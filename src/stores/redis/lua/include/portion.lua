-- Bounds what one call takes up: a number of messages and bytes at most, but one message at least, whatever its size. The size of a
-- message is known only when it is read, so they are read one by one, and what does not fit is left for the next call. A call reads
-- at most one message beyond its bytes.

local function openPortion(count, bytes)
  return { count = count, bytes = bytes, taken = 0, full = count < 1 }
end

-- Counts in a message of this size, and tells whether it fits. After one that does not, none does.
local function fits(portion, size)
  if portion.full or (size > portion.bytes and portion.taken > 0) then
    portion.full = true
    return false
  end
  portion.taken, portion.bytes, portion.count = portion.taken + 1, portion.bytes - size, portion.count - 1
  portion.full = portion.count < 1 or portion.bytes <= 0
  return true
end

-- Reads the first of `length` texts, each by its index from 0, as many as fit.
local function readPortion(portion, length, read)
  local texts = {}
  while not portion.full and #texts < length do
    local text = read(#texts)
    if not text or not fits(portion, #text) then break end
    texts[#texts + 1] = text
  end
  return texts
end

-- How many of `length` messages may be deleted unread. That costs little, but giving back the memory of large ones takes time: 128
-- MiB at most, if each is as large as the largest of the queue.
local UNREAD_BYTES_MAX = 134217728
local function fitUnread(portion, length, largest)
  portion.unread = portion.unread or math.max(1, math.floor(UNREAD_BYTES_MAX / largest))
  local number = portion.full and 0 or math.min(length, portion.count, portion.unread)
  portion.count, portion.unread = portion.count - number, portion.unread - number
  portion.full = portion.full or portion.count < 1 or portion.unread < 1
  return number
end
