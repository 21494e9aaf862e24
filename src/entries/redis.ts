/** `sluice/redis`: the store in Redis. */
export { redisStore } from "../stores/redis/redisStore.js";
export type { RedisStoreOptions } from "../stores/redis/redisStoreOptions.js";
