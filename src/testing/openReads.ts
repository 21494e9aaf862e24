/** Counts the consumers that wait: a simulation must not leave one behind, and no timer would tell of an idle one. */
import { defer, finalize } from "rxjs";
import { fromOne } from "../core/Effect.js";
import type { Store } from "../port/Store.js";
import { viewOf } from "../port/viewOf.js";

export interface OpenReads {
  /** The same store, whose reads are counted. */
  readonly store: Store;
  /** How many reads are neither answered nor unsubscribed. */
  readonly count: () => number;
}

/** Counts the reads of a store that are under way. */
export const openReads = (inner: Store): OpenReads => {
  let open = 0;
  const lease: Store["lease"] = (request) =>
    fromOne(
      defer(() => {
        open += 1;
        return inner.lease(request).pipe(
          finalize(() => {
            open -= 1;
          }),
        );
      }),
    );
  return { store: viewOf(inner, { lease }), count: () => open };
};
