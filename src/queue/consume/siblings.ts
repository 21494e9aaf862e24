/** The consumers that one store has in this process, so that one of them sees to the others before it asks for more. */
import type { Store } from "../../port/Store.js";

/** A consumer whose leases may have ended while the process was busy. */
export interface Sibling {
  /** Whether it has missed a look at its leases by so much. */
  readonly late: boolean;
  /** Settles and renews what it has missed, ahead of all that is sent later. */
  readonly catchUp: () => void;
}

const ofStores = new WeakMap<Store, Set<Sibling>>();

/** All consumers of a store that have not left. */
export const siblingsOf = (store: Store): Set<Sibling> => {
  const known = ofStores.get(store);
  if (known !== undefined) return known;
  const siblings = new Set<Sibling>();
  ofStores.set(store, siblings);
  return siblings;
};
