/** What is known of an aggregate: its state, and which events that is made of. */
import type { EventId } from "../core/EventId.js";

export interface Known<out S> {
  readonly state: S;
  /** The number of its last event; 0 before the first. */
  readonly version: number;
  /** The id of that event: a log that lost it and grew again is told by it. Undefined where there is none, or it is given up. */
  readonly lastId: EventId | undefined;
  /** Whether it takes no more events. */
  readonly closed: boolean;
  /** The version of its last snapshot, as far as that is known; 0 where there is none. */
  readonly snapshotAt: number;
}

/** One of which nothing is stored. */
export const unborn = <S>(initial: S): Known<S> => ({
  state: initial,
  version: 0,
  lastId: undefined,
  closed: false,
  snapshotAt: 0,
});
