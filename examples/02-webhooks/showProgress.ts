/** Tells the progress of each settlement. */
import { defer, finalize, type MonoTypeOperatorFunction, tap } from "rxjs";
import type { Settlement } from "sluice";
import type { Progress } from "./Progress.js";

/** @param handledBefore how many an earlier run has handled */
export const showProgress =
  <A, R>(progress: Progress, handledBefore: number): MonoTypeOperatorFunction<Settlement<A, R>> =>
  (settlements) =>
    defer(() => {
      let handled = handledBefore;
      let retries = 0;
      return settlements.pipe(
        tap(({ outcome }) => {
          if (outcome._tag === "Ack") handled += 1;
          if (outcome._tag === "Retry") retries += 1;
          progress.show({ handled, retries });
        }),
        finalize(() => progress.end()),
      );
    });
