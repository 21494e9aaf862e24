/** The sample of each kind of step, for the cases about steps of any kind: one line a kind. */
export { Append } from "../log/samples/append.js";
export { Enqueue } from "../queue/samples/enqueue.js";
export { Settle } from "../queue/samples/settle.js";
export { Check } from "../records/samples/check.js";
export { Put } from "../records/samples/put.js";
export { Remove } from "../records/samples/remove.js";
