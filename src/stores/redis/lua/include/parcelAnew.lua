-- Layout of a parcel, continued: for a message that is enqueued once more.
--- @include parcelFields

local function enqueuedHexOf(parcel) return string.sub(parcel, 1, 11) end

-- Its new head; `kind` is "1", or "3" where its payload is a JSON string.
local function freshHead(parcel, nowHex, kind) return nowHex .. kind .. levelOf(parcel) .. "000" .. idOf(parcel) end

-- The kind and the payload that such a text stands for: "0" or "2" and the payload, see encodePayload.
local function readPayload(text) return string.sub(text, 1, 1) == "2" and "3" or "1", string.sub(text, 2) end
