/** The store that the options ask for. */
import { Redis } from "ioredis";
import type { Store } from "sluice";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import type { CliOptions } from "./cliOptions.js";

// The client is a template: the store opens connections of its own with its settings, so it need not connect itself.
export const openStore = ({ redis, namespace }: CliOptions): Store =>
  redis === undefined ? memoryStore() : redisStore(new Redis(redis, { lazyConnect: true }), { namespace });
