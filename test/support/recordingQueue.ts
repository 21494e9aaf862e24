/** A queue that only enqueues: it records its chunks and answers when and what it is told. */
import { delay, mergeMap, type Observable, of, type SchedulerLike, throwError } from "rxjs";
import type { EnqueueOptions, MessageId, Queue, Store } from "sluice";
import { fromOne } from "../../src/core/Effect.js";

export interface RecordingQueueOptions {
  readonly scheduler: SchedulerLike;
  /** Milliseconds to each answer; at once without it. */
  readonly answerMs?: number;
  /** The error of the run of this number (from 0) over these values; none answers their ids. */
  readonly refuse?: (run: number, values: ReadonlyArray<string>) => unknown;
}

export interface RecordingQueue extends Queue<string> {
  /** The values of each write that was run, failed ones included. */
  readonly runs: ReadonlyArray<string>;
  /** The values of each write that was prepared. */
  readonly prepared: ReadonlyArray<string>;
  readonly optionsOf: ReadonlyArray<EnqueueOptions>;
  /** The most runs that were under way at a time. */
  readonly underWayMax: () => number;
}

/** The id of the value "a" is "a". */
export const recordingQueue = ({ scheduler, answerMs, refuse }: RecordingQueueOptions): RecordingQueue => {
  const runs: Array<string> = [];
  const prepared: Array<string> = [];
  const optionsOf: Array<EnqueueOptions> = [];
  let underWay = 0;
  let underWayMax = 0;
  const enqueueAll = (
    values: ReadonlyArray<string>,
    options?: (value: string) => EnqueueOptions,
  ): Observable<unknown> => {
    const write = fromOne(
      of(0).pipe(
        mergeMap(() => {
          const run = runs.push(values.join("")) - 1;
          const error = refuse?.(run, values);
          if (options !== undefined) optionsOf.push(...values.map(options));
          underWay += 1;
          underWayMax = Math.max(underWayMax, underWay);
          const answer = of(values.map((value) => ({ id: value as MessageId, duplicate: false })));
          return (answerMs === undefined ? answer : answer.pipe(delay(answerMs, scheduler))).pipe(
            mergeMap((answers) => {
              underWay -= 1;
              return error === undefined ? of(answers) : throwError(() => error);
            }),
          );
        }),
      ),
    );
    return Object.assign(write, { prepare: () => prepared.push(values.join("")) });
  };
  return {
    store: { scheduler } as Store,
    enqueueAll,
    runs,
    prepared,
    optionsOf,
    underWayMax: () => underWayMax,
  } as unknown as RecordingQueue;
};
