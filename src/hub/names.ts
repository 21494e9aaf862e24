/** Under which names a hub keeps what it keeps. */
import { wellFormedName } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";

const NAME_LENGTH_MAX = 48;

/** The name of a hub, or `InvalidConfig`. */
export const checkName = (name: string): string => {
  if (wellFormedName("name", name).length <= NAME_LENGTH_MAX) return name;
  throw invalidConfig(
    "name",
    `name must have ${NAME_LENGTH_MAX} characters at most: the names of its queues are made of it.`,
  );
};

/** The queue of a destination. A destination has no "/", so no two of them meet. */
export const queueOf = (hub: string, destination: string): string => `sluice.hub/${destination}/${hub}`;

export const dispatchesOf = (hub: string): string => `sluice.hub/dispatches/${hub}`;
export const eventsOf = (hub: string): string => `sluice.hub/events/${hub}`;
/** Its routes, and the destinations that it ever had dispatches for. */
export const hubRecordsOf = (hub: string): string => `sluice.hub/hub/${hub}`;
