/** `sluice/redis`: the store in Redis. */
export { type RedisStoreOptions, redisStore } from "./stores/redis/redisStore.js";
