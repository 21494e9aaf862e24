-- Layout of a record, continued: reads its fields by their names, and makes the same record with other fields.
--- @include record
local META = "^([^\n]*)\n([^\n]*)\n([^\n]*)\n([^\n]*)\n()"

local function hex(ms) return string.format("%011x", ms) end
local function levelOf(record) return known(record) and string.match(record, "^%d", 13) or "0" end
local function failuresOf(record) return tonumber(string.sub(record, 14, 16), 16) or 0 end
local function idOf(record) return string.sub(record, 17, HEAD) end
local function isEscaped(record) return string.byte(record, KIND_AT) % 4 >= 2 end
local function bodyOf(record) return string.sub(record, HEAD + 1) end

-- Its meta line by line, its payload, and the marks before them; nil where it has no meta, or a damaged one.
local function metaOf(record)
  if not hasMeta(record) then return nil end
  local from = metaAt(record)
  local name, first, history, headers, at = string.match(record, META, from)
  if not at then return nil end
  return {
    marks = string.sub(record, HEAD + 1, from - 1), name = name, first = first, history = history, headers = headers,
    payload = string.sub(record, at),
  }
end

local function metaText(meta)
  return meta.marks .. meta.name .. "\n" .. meta.first .. "\n" .. meta.history .. "\n" .. meta.headers .. "\n" .. meta.payload
end

-- Its head with another kind, another count of failures, or both.
local function headWith(record, kind, failures)
  return string.sub(record, 1, 11) .. (kind or string.sub(record, KIND_AT, KIND_AT)) .. string.sub(record, 13, 13)
    .. (failures and string.format("%03x", failures) or string.sub(record, 14, 16)) .. string.sub(record, 17, HEAD)
end
