/** A process whose call of one number fails, in each of the ways in which a call can. */
import { defer, NEVER, switchMap, throwError } from "rxjs";
import { fromOne, type Store, viewOf } from "sluice/store";
import { storeUnavailable } from "../../../src/core/SluiceError.js";

/** It dies, or goes on without an answer; the store has performed the call, or has not. */
export const ways = ["dies before", "dies after", "hears nothing before", "hears nothing after"] as const;
export type Way = (typeof ways)[number];

export const failingAt = (store: Store, call: number, way: Way) => {
  let calls = 0;
  let failed = false;
  let dead = false;
  const fail = <A>() => {
    failed = true;
    dead = way.startsWith("dies");
    return dead ? fromOne<A>(NEVER) : fromOne<A>(throwError(() => storeUnavailable(new Error("the reply was lost"))));
  };
  const view = viewOf(store, {
    around: (run) =>
      fromOne(
        defer(() => {
          if (dead) return NEVER;
          calls += 1;
          if (calls !== call) return run();
          // The store performs it, and nobody hears of that.
          return way.endsWith("after") ? run().pipe(switchMap(() => fail<never>())) : fail<never>();
        }),
      ),
  });
  return {
    store: view,
    /** How many calls it has made. */
    calls: () => calls,
    /** Whether that call has failed: one that waits and is never answered has not. */
    failed: () => failed,
    /** Of a dead process nothing reaches the store any more. */
    kill: () => {
      dead = true;
    },
  };
};
