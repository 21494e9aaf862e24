/** Runs an Effect again, after failures that may pass. */
import type { Unsubscribable } from "rxjs";
import { makeBackoff } from "./Backoff.js";
import type { Effect, RetryOptions, Start } from "./Effect.js";
import { Outage } from "./Outage.js";
import { optionsOf, wholeNumber } from "./options.js";
import { isSluiceError } from "./SluiceError.js";
import type { Sources } from "./Sources.js";

const NAMES = [
  "attemptsMax",
  "initialMs",
  "growth",
  "factor",
  "delayMsMax",
  "jitter",
  "deadlineMs",
  "scheduler",
] as const;

/** What an Effect does that runs `effect` again after failures. Each of its subscribers has attempts of its own. */
export const retrying = <A>(effect: Pick<Effect<A>, "run">, given: RetryOptions, sources: Sources): Start<A> => {
  const { scheduler, attemptsMax, jitter, ...rest } = optionsOf(given, NAMES);
  const backoff = makeBackoff({
    ...rest,
    jitter: jitter ?? "full",
    attemptsMax: wholeNumber("attemptsMax", attemptsMax ?? 5, { min: 1, max: Number.MAX_SAFE_INTEGER }),
  });
  return (asker) => {
    const outage = new Outage(scheduler === undefined ? sources : { ...sources, scheduler }, backoff);
    let attempt = 0;
    let run: Unsubscribable | undefined;
    const begin = (): void => {
      attempt += 1;
      run = effect.run(
        (value) => {
          asker.next(value);
          asker.complete();
        },
        (error) => {
          const mayPass = isSluiceError(error) && error.retryable;
          if (!mayPass || !outage.again(attempt, begin)) asker.error(error);
        },
      );
    };
    begin();
    return () => {
      outage.stop();
      run?.unsubscribe();
    };
  };
};
