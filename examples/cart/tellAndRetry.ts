/** What is shown live goes on after a failure, a second later; the failure is told. */
import { type MonoTypeOperatorFunction, retry, timer } from "rxjs";

const againMs = 1_000;

export const tellAndRetry = <T>(what: string): MonoTypeOperatorFunction<T> =>
  retry({
    delay: (error: unknown) => {
      console.error(`${what} begins again:`, error instanceof Error ? error.message : error);
      return timer(againMs);
    },
  });
