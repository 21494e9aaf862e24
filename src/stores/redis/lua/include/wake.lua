-- Who waits is told by "1" at the end of the list of wake-ups, before which may stand what was handed over. One is enough, whatever
-- the number of messages: who takes it passes it on where more is ready.
local function isWoken(key) return redis.call("LINDEX", key .. ":w", -1) == "1" end

-- Wakes one idle consumer. `woken`: what isWoken answered, where it was asked before.
local function wake(key, woken)
  if woken == nil then woken = isWoken(key) end
  if not woken then redis.call("RPUSH", key .. ":w", "1") end
end
