-- Acks of messages for which dedupe ids stand: these are free afterwards. Answers the function that frees those of the tokens that
-- were live.
--- @include leased
--- @include marked

local function forgetting(key, tokens)
  local records = {}
  for _, token in ipairs(tokens) do records[token] = isDeduped(token) and readLeased(key, token) or nil end
  return function(live)
    for _, token in ipairs(live) do
      if records[token] then forget(key, records[token]) end
    end
  end
end
