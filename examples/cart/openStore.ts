/** The store that the options ask for. */
import type { Store } from "sluice";
import { memoryStore } from "sluice/memory";
import type { CliOptions } from "./cliOptions.js";

/** A request waits no longer for a store that is away; the live parts wait as long as it takes. */
const commandMsMax = 2_000;

/** The Redis store is loaded only where it is asked for. Fails where no Redis answers. */
export const openStore = async ({ redis, namespace }: CliOptions): Promise<Store> => {
  if (redis === undefined) return memoryStore();
  const { redisStore } = await import("sluice/redis");
  const store = redisStore(redis, { namespace, commandMsMax, logger: console });
  await store.ready();
  return store;
};
