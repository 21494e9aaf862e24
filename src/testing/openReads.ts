/** Counts the consumers and feeds that wait: a simulation must not leave one behind, and no timer would tell of an idle one. */
import { defer, finalize } from "rxjs";
import { type Effect, fromOne } from "../core/Effect.js";
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
  const counted = <A>(run: () => Effect<A>): Effect<A> =>
    fromOne(
      defer(() => {
        open += 1;
        return run().pipe(
          finalize(() => {
            open -= 1;
          }),
        );
      }),
    );
  const store = viewOf(inner, {
    around: (run, { kind }) => (kind === "lease" || kind === "wait" ? counted(run) : run()),
  });
  return { store, count: () => open };
};
