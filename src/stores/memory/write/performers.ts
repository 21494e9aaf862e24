/** How this store does the steps: one line a kind. */
export { Enqueue } from "../queue/enqueue.js";
export { Settle } from "../queue/settle.js";
