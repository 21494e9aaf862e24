/** Says how far the work is: one live line on a terminal, a plain line for every hundred webhooks elsewhere. */
import { defer, finalize, type MonoTypeOperatorFunction, tap } from "rxjs";
import type { Settlement } from "sluice";

export interface ProgressOptions {
  readonly total: number;
  /** How many an earlier run has handled. */
  readonly handledBefore: number;
}

export const showProgress = <A, R>({
  total,
  handledBefore,
}: ProgressOptions): MonoTypeOperatorFunction<Settlement<A, R>> => {
  const isTerminal = process.stdout.isTTY;
  return (settlements) =>
    defer(() => {
      let handled = handledBefore;
      let retried = 0;
      return settlements.pipe(
        tap(({ outcome }) => {
          if (outcome._tag === "Ack") handled += 1;
          if (outcome._tag === "Retry") retried += 1;
          if (isTerminal) process.stdout.write(`\rhandled ${handled} of ${total}, ${retried} retries `);
          else if (outcome._tag === "Ack" && (handled % 100 === 0 || handled === total))
            console.log(`handled ${handled} of ${total}, ${retried} retries`);
        }),
        finalize(() => {
          if (isTerminal) process.stdout.write("\n");
        }),
      );
    });
};
