-- A record that is larger than this many bytes is noted: a read of several is no larger than the largest of the queue allows.
local LARGE = 4096
