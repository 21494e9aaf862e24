-- Frees the dedupe ids of acked messages. Answers the function that does so for the tokens that were live.
--- @include leased
--- @include marked

local function forgetting(key, tokens)
  local parcels = {}
  for _, token in ipairs(tokens) do parcels[token] = isDeduped(token) and readLeased(key, token) or nil end
  return function(live)
    for _, token in ipairs(live) do
      if parcels[token] then forget(key, parcels[token]) end
    end
  end
end
