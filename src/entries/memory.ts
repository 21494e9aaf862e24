/** `sluice/memory`: the store in the memory of the process. */
export { type MemoryStoreOptions, memoryStore } from "../stores/memory/memoryStore.js";
