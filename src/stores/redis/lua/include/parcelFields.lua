-- Layout of a parcel, continued: reads its fields by their names, and makes the same parcel with other fields.
--- @include parcel
local META = "^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n()"

--- @include hex
local function levelOf(parcel) return known(parcel) and string.match(parcel, "^%d", 13) or "0" end
local function failuresOf(parcel) return tonumber(string.sub(parcel, 14, 16), 16) or 0 end
local function idOf(parcel) return string.sub(parcel, 17, HEAD) end
local function isEscaped(parcel) return string.byte(parcel, KIND_AT) % 4 >= 2 end
local function bodyOf(parcel) return string.sub(parcel, HEAD + 1) end

-- Its meta line by line, its payload, and the marks before them; nil where it has no meta, or a damaged one.
local function metaOf(parcel)
  if not hasMeta(parcel) then return nil end
  local from = metaAt(parcel)
  local name, first, history, headers, at = string.match(parcel, META, from)
  if not at then return nil end
  return {
    marks = string.sub(parcel, HEAD + 1, from - 1), name = name, first = first, history = history, headers = headers,
    payload = string.sub(parcel, at),
  }
end

local function metaText(meta)
  return meta.marks .. meta.name .. "\n" .. meta.first .. "\n" .. meta.history .. "\n" .. meta.headers .. "\n" .. meta.payload
end

-- Its head with another kind, another count of failures, or both.
local function headWith(parcel, kind, failures)
  return string.sub(parcel, 1, 11) .. (kind or string.sub(parcel, KIND_AT, KIND_AT)) .. string.sub(parcel, 13, 13)
    .. (failures and string.format("%03x", failures) or string.sub(parcel, 14, 16)) .. string.sub(parcel, 17, HEAD)
end
