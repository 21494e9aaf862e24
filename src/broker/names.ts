/** Under which names a broker keeps what it keeps. */
import { wellFormedName } from "../core/options.js";
import { invalidConfig } from "../core/SluiceError.js";

const NAME_LENGTH_MAX = 64;

/** The name of a broker, or `InvalidConfig`. */
export const checkName = (name: string): string => {
  if (wellFormedName("name", name).length <= NAME_LENGTH_MAX) return name;
  throw invalidConfig(
    "name",
    `name must have ${NAME_LENGTH_MAX} characters at most: the names of its queues are made of it.`,
  );
};

/** The queue of a lane. A lane has no "/", so no two of them meet. */
export const queueOf = (broker: string, lane: string): string => `sluice.broker/${lane}/${broker}`;

/** The collection of its records. */
export const collectionOf = (broker: string): string => `sluice.broker/${broker}`;
