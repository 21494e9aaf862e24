/** The store at a place, once a server answers there. */
import { lastValueFrom, throwError } from "rxjs";
import { catchTag } from "sluice";
import { type OpenPlace, openPlace } from "../place/openPlace.js";
import { isShared, type Place, type SharedPlace } from "../place/Place.js";

/** How long to wait for a server that may not be there. */
const reachMsMax = 1_200;

const servers = {
  redis: "No Redis answers there",
  postgres: "No Postgres answers there",
} as const;

export const openStore = async (place: Place): Promise<OpenPlace> => {
  if (isShared(place)) await reach(place);
  return openPlace(place);
};

/**
 * Fails soon where no server answers, by a store that is impatient and only asks. The one that works is patient: it rides out
 * a server that goes away for a while.
 */
const reach = async (place: SharedPlace): Promise<void> => {
  const { store, close } = await openPlace(place, { commandMsMax: reachMsMax });
  // What it says of an outage is said below: nobody listening would be a warning of the process.
  store.events$.subscribe();
  await lastValueFrom(
    store.ready().pipe(
      catchTag("StoreUnavailable", ({ cause }) => {
        const why = cause instanceof Error && cause.message !== "" ? cause.message : `not within ${reachMsMax} ms`;
        return throwError(
          () => new Error(`${servers[place.kind]} (${why}). Start one, or work without a server: npm start`),
        );
      }),
    ),
  );
  await close();
};
