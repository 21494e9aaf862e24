-- The size of the largest record is noted if it has more bytes than this. By it a read of several records is bounded.
local LARGE = 4096
