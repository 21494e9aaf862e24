-- Layout of the key of a write's result: see NAMES.md.
local function writeIdOf(result) return string.sub(result, string.find(result, "}:w:", 1, true) + 4) end
local function resultOf(key, writeId) return string.match(key, "^{[^}]*}") .. ":w:" .. writeId end
