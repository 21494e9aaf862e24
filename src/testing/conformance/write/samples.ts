/** A step of each kind for cases that are about steps of any kind: one line a kind. */
export { Enqueue } from "../queue/samples/enqueue.js";
export { Settle } from "../queue/samples/settle.js";
