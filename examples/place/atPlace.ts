/** A store for one run alone: it must answer, and nothing of it is left behind. */
import type { Store } from "sluice";
import { clearPlace } from "./clearPlace.js";
import { openPlace, type PlaceSettings } from "./openPlace.js";
import type { Place } from "./Place.js";

export const atPlace = async <A>(
  place: Place,
  use: (store: Store) => Promise<A>,
  settings: PlaceSettings = {},
): Promise<A> => {
  const { store, close } = await openPlace(place, settings);
  try {
    await store.ready();
  } catch (error) {
    await close();
    throw error;
  }
  try {
    return await use(store);
  } finally {
    await close();
    await clearPlace(place);
  }
};
