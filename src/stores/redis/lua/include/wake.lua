-- Wakes consumers that wait, by "1" at the end of the list of wake-ups; a message that was handed over may stand before it. One "1"
-- is enough for any number of messages: the consumer that takes it passes it on where more is ready.
local function isWoken(key) return redis.call("LINDEX", key .. ":w", -1) == "1" end

-- Wakes one consumer. `woken` is what isWoken answered, if it was asked before.
local function wake(key, woken)
  if woken == nil then woken = isWoken(key) end
  if not woken then redis.call("RPUSH", key .. ":w", "1") end
end
