/** What `handle`, `handleBatch` and `handleByTag` share. */
import { Observable, type OperatorFunction, type SchedulerLike } from "rxjs";
import type { Batch } from "../../core/Batch.js";
import type { Handled } from "../../core/Handled.js";
import type { Message } from "../../core/Message.js";
import { callable, DURATION_MS_MAX, type Options, optionsOf, realNumber, wholeNumber } from "../../core/options.js";
import type { Answer } from "./Answer.js";
import { observe } from "./observe.js";
import type { HandleContext } from "./WorkContext.js";
import { Works } from "./Works.js";

export type HandleOptions = Options<{
  /** How many works run at a time, 1 or more. Default 16, of batches 4. `Infinity`: as many as the source allows unsettled. */
  concurrency: number;
  /**
   * Milliseconds until a work is unsubscribed and counts as failed. Default 300,000. `Infinity`: never. 0: at once, unless it ends
   * within its subscription.
   */
  timeoutMs: number;
  /** The clock of the timeout. Default: that of the first message's store. */
  scheduler: SchedulerLike;
}>;

interface Handler<D> {
  readonly work: (delivered: D, context: HandleContext) => unknown;
  readonly split?: (answer: Answer, index: number, length: number) => Answer;
}

/**
 * An operator that runs a work for each message or batch.
 *
 * Types know the answer of a work from what the handler returns (`Work.ts`); at runtime `answerOf` reads it from the value
 * (`Answer.ts`). Both follow the same rules, and this function trusts that they agree.
 *
 * @internal
 */
export const handleWith = <D extends Message<unknown> | Batch<unknown>, A, R, E>(
  { work, split = theSame }: Handler<D>,
  given: HandleOptions,
): OperatorFunction<D, Handled<A, R, E>> => {
  const { concurrency, timeoutMs = 300_000, scheduler } = optionsOf(given, ["concurrency", "timeoutMs", "scheduler"]);
  const options = {
    work: callable("work", work) as (delivered: Message<unknown> | Batch<unknown>, context: HandleContext) => unknown,
    split,
    concurrency: concurrencyOf(concurrency),
    timeoutMs:
      timeoutMs === Number.POSITIVE_INFINITY
        ? timeoutMs
        : realNumber("timeoutMs", timeoutMs, { min: 0, max: DURATION_MS_MAX }),
    scheduler,
  };
  return (source) =>
    new Observable((subscriber) => {
      const works = new Works(options, subscriber);
      subscriber.add(() => works.end());
      observe(source, works, subscriber);
    });
};

const concurrencyOf = (concurrency: number | undefined): number | undefined =>
  concurrency === undefined || concurrency === Number.POSITIVE_INFINITY
    ? concurrency
    : wholeNumber("concurrency", concurrency, { min: 1, max: Number.MAX_SAFE_INTEGER });

const theSame = (answer: Answer): Answer => answer;
