/**
 * Decides what comes first after user code has kept the process busy for longer than leases last. A store ends such leases when it
 * is asked for more. So before one consumer of a store asks, all of its consumers here settle and renew what they have missed.
 */
import type { QueueStore } from "../../port/Store.js";
import type { LeaseKeeper } from "./LeaseKeeper.js";
import type { Puller } from "./Puller.js";
import type { Settler } from "./Settler.js";

export interface CatchingUpParts {
  readonly store: QueueStore;
  readonly keeper: LeaseKeeper;
  readonly settler: Settler;
  readonly puller: Puller;
}

/** One consumer among those of its store, from `join` to `leave`. */
export class CatchingUp {
  constructor(private readonly parts: CatchingUpParts) {}

  join(): void {
    membersOf(this.parts.store).add(this);
  }

  leave(): void {
    membersOf(this.parts.store).delete(this);
  }

  /** A look at the leases comes late: settlements that wait leave before everything else. */
  settleFirst(): void {
    this.parts.puller.holdingBack(() => this.parts.settler.flush());
  }

  /** Settles and renews what was missed, if a look at the leases is overdue. */
  catchUp(): void {
    const { puller, keeper } = this.parts;
    if (keeper.late) puller.holdingBack(() => keeper.catchUp());
  }
}

/** All consumers of this store handle catch up, before anything else is sent. */
export const catchUpAll = (store: QueueStore): void => {
  for (const member of [...membersOf(store)]) member.catchUp();
};

const ofStores = new WeakMap<QueueStore, Set<CatchingUp>>();

const membersOf = (store: QueueStore): Set<CatchingUp> => {
  const known = ofStores.get(store);
  if (known !== undefined) return known;
  const members = new Set<CatchingUp>();
  ofStores.set(store, members);
  return members;
};
