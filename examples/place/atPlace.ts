/** Uses a store for one run alone: it must answer, and nothing of it is left behind. */
import type { Store } from "sluice";
import { openForRun } from "./openForRun.js";
import type { PlaceSettings } from "./openPlace.js";
import type { Place } from "./Place.js";

export const atPlace = async <A>(
  place: Place,
  use: (store: Store) => Promise<A>,
  settings: PlaceSettings = {},
): Promise<A> => {
  const { store, close } = await openForRun(place, settings);
  try {
    return await use(store);
  } finally {
    await close();
  }
};
