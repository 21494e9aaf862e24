/** Runs an Effect again, after failures that may pass. */
import type { SchedulerLike, Unsubscribable } from "rxjs";
import { makeBackoff, nextDelayMs } from "./Backoff.js";
import { soon, systemScheduler } from "./Clock.js";
import type { Effect, RetryOptions, Start } from "./Effect.js";
import { newId } from "./newId.js";
import { optionsOf, wholeNumber } from "./options.js";
import { randomOf } from "./Random.js";
import { isSluiceError } from "./SluiceError.js";

const NAMES = ["attemptsMax", "initialMs", "factor", "delayMsMax", "jitter", "deadlineMs", "scheduler"] as const;

/** What an Effect does that is `effect` run again: each of those who subscribe has attempts of its own. */
export const retrying = <A>(
  effect: Pick<Effect<A>, "run">,
  given: RetryOptions,
  standard: SchedulerLike = systemScheduler,
): Start<A> => {
  const { scheduler, attemptsMax, initialMs, factor, delayMsMax, jitter, deadlineMs } = optionsOf(given, NAMES);
  const clock = scheduler ?? standard;
  const backoff = makeBackoff({
    initialMs,
    factor,
    delayMsMax,
    deadlineMs,
    jitter: jitter ?? "full",
    attemptsMax: wholeNumber("attemptsMax", attemptsMax ?? 5, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  });
  return (asker) => {
    const startedMs = clock.now();
    const random = randomOf(newId());
    let attempt = 0;
    let run: Unsubscribable | undefined;
    let timer: Unsubscribable | undefined;
    const begin = (): void => {
      attempt += 1;
      run = effect.run(
        (value) => {
          asker.next(value);
          asker.complete();
        },
        (error) => {
          const delayMs =
            isSluiceError(error) && error.retryable
              ? nextDelayMs(backoff, { message: { attempt, enqueuedAtMs: startedMs }, nowMs: clock.now(), random })
              : undefined;
          // Never within the call that failed: a store that fails at once would have the process to itself.
          if (delayMs === undefined) asker.error(error);
          else timer = delayMs > 0 ? clock.schedule(begin, delayMs) : soon(clock, begin);
        },
      );
    };
    begin();
    return () => {
      timer?.unsubscribe();
      run?.unsubscribe();
    };
  };
};
