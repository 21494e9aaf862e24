-- Answers a lease request that comes again: with those of its messages that are still leased, or with none where a newer request
-- came or it was cancelled. Then the wake-up that it may have taken is passed on.
--- @include passOn
local function resent(key, now, last, serial, request)
  local reply = { last.order, now, "", 0 }
  if last.serial == serial and not last.cancelled then
    for i, token in ipairs(tokensOf(last, request)) do
      reply[i + 4] = readLeased(key, token) or ""
    end
  else
    passOn(key, now)
  end
  return reply
end
