-- A part of a step's subject that has nothing to do: see steps.
local function nothingToDo() end
