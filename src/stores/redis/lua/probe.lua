-- Tells which commands this user may not run on the keys of the namespace. Where all are allowed, it tries whether changes pass
-- by a removal that changes nothing: a server that takes no changes refuses it.
-- KEYS[1] scratch hash never has a value
-- ARGV[1...] commands string -
-- Returns the names of the commands that are refused, parted by spaces
-- Errors READONLY and whatever else a server says that takes no changes
-- Cost O(n) for n commands; 40: 0.1 ms

local scratch = KEYS[1]

local refused = {}
for _, name in ipairs(ARGV) do
  -- All arguments are this key, since each may stand where the command has a key. A command unknown to the server raises an error.
  local first, second = scratch, scratch
  if string.sub(name, 1, 4) == "EVAL" then first, second = "script", "1" end
  local known, allowed = pcall(redis.acl_check_cmd, name, first, second, scratch, scratch)
  if not known or not allowed then refused[#refused + 1] = name end
end
if #refused == 0 then redis.call("HDEL", scratch, "-") end
return table.concat(refused, " ")
