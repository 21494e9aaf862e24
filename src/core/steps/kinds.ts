/**
 * The kinds of steps. A new kind is a file here and a line below; then the compiler names the tables that lack it:
 * `stores/memory/write/performers.ts`, `stores/redis/write/codings.ts` and `testing/conformance/write/samples.ts`.
 */
export { Append } from "./Append.js";
export { Check } from "./Check.js";
export { Enqueue } from "./Enqueue.js";
export { Put } from "./Put.js";
export { Remove } from "./Remove.js";
export { Settle } from "./Settle.js";
