-- The size of the largest parcel or event is noted if it has more bytes than this. By it a read of several is bounded.
local LARGE = 4096
