-- The size of the largest parcel is noted if it has more bytes than this. By it a read of several parcels is bounded.
local LARGE = 4096
