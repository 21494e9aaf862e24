/** How the memory store does each kind of step: one line a kind. */
export { Append } from "../log/performAppend.js";
export { Enqueue } from "../queue/enqueue.js";
export { Settle } from "../queue/settle.js";
export { Check, Put, Remove } from "../records/performRecords.js";
