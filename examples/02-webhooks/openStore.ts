/** The store that the options ask for. */
import type { Store } from "sluice";
import { memoryStore } from "sluice/memory";
import { redisStore } from "sluice/redis";
import type { CliOptions } from "./cliOptions.js";

export const openStore = ({ redis, namespace }: CliOptions): Store =>
  redis === undefined ? memoryStore() : redisStore(redis, { namespace });
