-- Frees the dedupe ids of acked messages. Answers the function that does so for the tokens that were live.
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
