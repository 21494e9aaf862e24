-- Ends the handing over to a consumer that waits: see book.
--- @include book

-- Nothing more is handed over until a consumer leaves a ticket again.
local function expectNobody(key)
  book(key)
  redis.call("DEL", key .. ":h")
end
