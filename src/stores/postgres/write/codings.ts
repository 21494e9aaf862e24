/** The coding of each kind of step: one line a kind. Its SQL is a line each in `check_step` and `apply_step`. */
export { Append } from "../log/appendCoding.js";
export { Enqueue } from "../queue/enqueueCoding.js";
export { Settle } from "../queue/settleCoding.js";
export { Check, Put, Remove } from "../records/recordCodings.js";
