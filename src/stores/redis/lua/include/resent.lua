-- Answers a request that came before: with what it got and is still leased, or with nothing where it is out of date or was
-- cancelled. A wake-up that it may have taken is passed on.
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
