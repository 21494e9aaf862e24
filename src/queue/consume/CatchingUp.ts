/**
 * What comes first once user code has blocked the process past leases. A store ends those when it is asked for more, so
 * before one consumer of a store asks, all of them settle and renew what they have missed.
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

/** The part of one consumer, from `join` to `leave` among those of its store. */
export class CatchingUp {
  constructor(private readonly parts: CatchingUpParts) {}

  join(): void {
    membersOf(this.parts.store).add(this);
  }

  leave(): void {
    membersOf(this.parts.store).delete(this);
  }

  /** A look at the leases comes late: what waits to be settled goes before all else. */
  settleFirst(): void {
    this.parts.puller.holdingBack(() => this.parts.settler.flush());
  }

  /** Settles and renews what was missed, if a look at the leases is overdue. */
  catchUp(): void {
    const { puller, keeper } = this.parts;
    if (keeper.late) puller.holdingBack(() => keeper.catchUp());
  }
}

/** All consumers of this store here catch up, ahead of all that is sent later. */
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
