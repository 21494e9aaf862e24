/** How steps travel: one line a kind. The Lua of each is a line in `lua/include/steps.lua`. */
export { Enqueue } from "../queue/enqueueCoding.js";
export { Settle } from "../queue/settleCoding.js";
