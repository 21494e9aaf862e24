/** A store for one run alone: it answers, and nothing of it is left behind once it is closed. */
import { clearPlace } from "./clearPlace.js";
import { type OpenPlace, openPlace, type PlaceSettings } from "./openPlace.js";
import type { Place } from "./Place.js";

export const openForRun = async (place: Place, settings: PlaceSettings = {}): Promise<OpenPlace> => {
  const { store, close } = await openPlace(place, settings);
  try {
    await store.ready();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    store,
    close: async () => {
      await close();
      await clearPlace(place);
    },
  };
};
