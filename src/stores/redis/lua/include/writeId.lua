-- Layout of the key of what a write answered: see NAMES.md.
local function writeIdOf(result) return string.sub(result, string.find(result, "}:w:", 1, true) + 4) end
local function resultOf(key, writeId) return string.match(key, "^{[^}]*}") .. ":w:" .. writeId end
