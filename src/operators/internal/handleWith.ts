/** What `handle`, `handleBatch` and `handleByTag` share: the options, and the step from runtime to types. */
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
  /** Works at a time, 1 or more. Default 16, of batches 4; `Infinity`: as many as the source lets be unsettled. */
  concurrency: number;
  /** Milliseconds until a work is unsubscribed and counts as failed. Default 300,000; `Infinity` never; 0 unless it ends at once. */
  timeoutMs: number;
  /** The clock of the timeout. Default: that of the first message's store. */
  scheduler: SchedulerLike;
}>;

interface Handler<D> {
  readonly work: (delivered: D, context: HandleContext) => unknown;
  readonly split?: (answer: Answer, index: number, length: number) => Answer;
}

/**
 * An operator that runs a work for each delivery.
 *
 * What a work answers is known to the types by what the handler returns, and to the runtime by looking at the value
 * (`answerOf`): `Work.ts` and `Answer.ts` say the same thing twice. Here the one takes the other's word.
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
