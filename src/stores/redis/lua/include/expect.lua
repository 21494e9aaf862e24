-- No consumer is expected any more: see book.
--- @include book

-- Nothing more is handed over until a consumer waits again.
local function expectNobody(key)
  book(key)
  redis.call("DEL", key .. ":h")
end
