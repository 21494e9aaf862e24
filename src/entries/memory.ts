/** `sluice/memory`: the store within the process. */
export { type MemoryStoreOptions, memoryStore } from "../stores/memory/memoryStore.js";
