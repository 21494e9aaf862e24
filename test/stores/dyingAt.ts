/** Processes that die in the middle of what they do. */
import { defer, NEVER } from "rxjs";
import { fromOne, type Store, viewOf } from "sluice/store";

/** A process that dies at its call of this number, before the store gets it or after: nothing is answered to it any more. */
export const dyingAt = (store: Store, call: number, when: "before" | "after") => {
  let calls = 0;
  let died = false;
  const dead = <A>() => fromOne<A>(NEVER);
  const view = viewOf(store, {
    around: (run) =>
      fromOne(
        defer(() => {
          if (died) return dead<never>();
          calls += 1;
          if (calls !== call) return run();
          died = true;
          if (when === "before") return dead<never>();
          // The store performs it, and nobody hears of that.
          run().subscribe({ error: () => undefined });
          return dead<never>();
        }),
      ),
  });
  return { store: view, died: () => died };
};
