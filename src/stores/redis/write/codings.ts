/** The coding of each kind of step: one line a kind. Its Lua is a line in `lua/include/steps.lua`. */
export { Append } from "../log/appendCoding.js";
export { Enqueue } from "../queue/enqueueCoding.js";
export { Settle } from "../queue/settleCoding.js";
export { Check, Put, Remove } from "../records/recordCodings.js";
