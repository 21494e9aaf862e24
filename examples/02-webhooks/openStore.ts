/** The store that the options ask for. */
import { lastValueFrom, throwError } from "rxjs";
import { catchTag, type Store } from "sluice";
import { memoryStore } from "sluice/memory";
import type { CliOptions } from "./cliOptions.js";

/** How long to wait for a Redis that may not be there. */
const reachMsMax = 1_200;

/** The Redis store is loaded only where it is asked for: a run in memory begins sooner without it. */
export const openStore = async ({ redis, namespace }: CliOptions): Promise<Store> => {
  if (redis === undefined) return memoryStore();
  const { redisStore } = await import("sluice/redis");
  await reach(redisStore(redis, { namespace, commandMsMax: reachMsMax }));
  return redisStore(redis, { namespace });
};

/**
 * Fails soon where no Redis answers, by a store that is impatient and only asks. The one that works is patient: it rides out
 * a server that goes away for a while.
 */
const reach = async (store: Store): Promise<void> => {
  // What it says of an outage is said below: nobody listening would be a warning of the process.
  store.events$.subscribe();
  await lastValueFrom(
    store.ready().pipe(
      catchTag("StoreUnavailable", ({ cause }) => {
        const why = cause instanceof Error && cause.message !== "" ? cause.message : `not within ${reachMsMax} ms`;
        return throwError(
          () => new Error(`No Redis answers there (${why}). Start one (redis-server), or work in memory: npm start`),
        );
      }),
    ),
  );
  await store.close();
};
