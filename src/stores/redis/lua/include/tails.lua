-- Makes the parcels of new messages from their tails. These stand in the arguments from `first` on, parted by NULs, which no tail
-- has. Many small tails in one argument cost both sides less than many arguments; many large ones would cost a copy of them all.
local function parcelsOf(arguments, first, now)
  local parcels, longest, stamp = {}, 0, string.format("%011x", now)
  for n = first, #arguments do
    local tails, from = arguments[n], 1
    repeat
      local stop = string.find(tails, "\0", from, true)
      local parcel = stamp .. string.sub(tails, from, (stop or 0) - 1)
      parcels[#parcels + 1] = parcel
      if #parcel > longest then longest = #parcel end
      from = stop and stop + 1
    until not from
  end
  return parcels, longest
end
