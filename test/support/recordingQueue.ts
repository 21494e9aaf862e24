/** A queue that only enqueues: it records its chunks and answers when and what it is told. */
import { right } from "fp-ts/lib/Either.js";
import type { SchedulerLike } from "rxjs";
import type { Enqueued, EnqueueOptions, MessageId, Queue, SluiceError, Store } from "sluice";
import type { EnqueueStep, StepResult } from "sluice/store";
import { succeed } from "../../src/core/Effect.js";
import { type SendList, Write } from "../../src/core/Write.js";

export interface RecordingQueueOptions {
  readonly scheduler: SchedulerLike;
  /** Milliseconds to each answer; at once without it. */
  readonly answerMs?: number;
  /** The error of the run of this number (from 0) over these values; none answers their ids. */
  readonly refuse?: (run: number, values: ReadonlyArray<string>) => SluiceError | undefined;
}

export interface RecordingQueue extends Queue<string> {
  /** The values of each write that was run, failed ones included. */
  readonly runs: ReadonlyArray<string>;
  /** The values of each write that was planned. */
  readonly encoded: ReadonlyArray<string>;
  readonly optionsOf: ReadonlyArray<EnqueueOptions>;
  /** The most runs that were under way at a time. */
  readonly underWayMax: () => number;
}

/** The id of the value "a" is "a". */
export const recordingQueue = ({ scheduler, answerMs, refuse }: RecordingQueueOptions): RecordingQueue => {
  const runs: Array<string> = [];
  const encoded: Array<string> = [];
  const optionsOf: Array<EnqueueOptions> = [];
  let underWay = 0;
  let underWayMax = 0;
  const stepOf = (payload: string): EnqueueStep => ({
    _tag: "Enqueue",
    queue: "recording",
    id: payload as MessageId,
    payload,
    key: undefined,
    headers: undefined,
    delayMs: 0,
    priority: 0,
    expiresInMs: undefined,
    dedupe: undefined,
    mark: undefined,
  });
  const send: SendList = (steps, _writeId, end) => {
    const values = steps.map((step) => (step as EnqueueStep).payload);
    const run = runs.push(values.join("")) - 1;
    const error = refuse?.(run, values);
    underWay += 1;
    underWayMax = Math.max(underWayMax, underWay);
    const answer = (): void => {
      underWay -= 1;
      if (error === undefined)
        end(
          undefined,
          values.map((id) => ({ _tag: "Enqueued", id: id as MessageId, duplicate: false })),
        );
      else end(error, []);
    };
    if (answerMs === undefined) answer();
    else scheduler.schedule(answer, answerMs);
  };
  const enqueueAll = (
    values: ReadonlyArray<string>,
    options?: (value: string) => EnqueueOptions,
  ): Write<ReadonlyArray<Enqueued>> =>
    new Write(
      () => {
        encoded.push(values.join(""));
        if (options !== undefined) optionsOf.push(...values.map(options));
        return right({ steps: values.map(stepOf), read: (results) => results as ReadonlyArray<StepResult & Enqueued> });
      },
      { target: { write: () => succeed([]) }, settles: false, send },
    );
  return {
    store: { scheduler } as Store,
    enqueueAll,
    runs,
    encoded,
    optionsOf,
    underWayMax: () => underWayMax,
  } as unknown as RecordingQueue;
};
