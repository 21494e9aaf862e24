-- Makes the records of new messages from their tails. These stand in the arguments from `first` on, parted by NULs, which no tail
-- has. Many small tails in one argument cost both sides less than many arguments; many large ones would cost a copy of them all.
local function recordsOf(arguments, first, now)
  local records, longest, stamp = {}, 0, string.format("%011x", now)
  for n = first, #arguments do
    local tails, from = arguments[n], 1
    repeat
      local stop = string.find(tails, "\0", from, true)
      local record = stamp .. string.sub(tails, from, (stop or 0) - 1)
      records[#records + 1] = record
      if #record > longest then longest = #record end
      from = stop and stop + 1
    until not from
  end
  return records, longest
end
