/** Messages without a store, for tests of operators. They record how they are settled, and a test can take them away. */

import { right } from "fp-ts/lib/Either.js";
import type { SchedulerLike } from "rxjs";
import { systemScheduler } from "../core/Clock.js";
import { type Effect, fail, succeed } from "../core/Effect.js";
import type { End } from "../core/End.js";
import { type Envelope, type MessageHeaders, noHeaders, plainHeaders } from "../core/Envelope.js";
import type { Interrupted } from "../core/Failure.js";
import { type Delivery, type ExtendError, type Holder, type Message, messageOf } from "../core/Message.js";
import { type MessageId, newMessageId } from "../core/MessageId.js";
import { Ack, isOutcome, type Outcome, sameOutcome } from "../core/Outcome.js";
import { notAnOutcome, type Options } from "../core/options.js";
import { alreadySettled, isSluiceError, leaseLost, type SettleError, type SluiceError } from "../core/SluiceError.js";
import { Write } from "../core/Write.js";

export type TestMessageOptions = Options<{
  /** Default: a new one. */
  id: MessageId;
  /** Default: unkeyed. */
  key: string;
  /** Default: none. */
  headers: MessageHeaders;
  /** 1 or more; default 1. */
  attempt: number;
  /** Default: now, by the scheduler. */
  enqueuedAtMs: number;
  /** How many unsettled messages its source allows. Default `Infinity`. */
  prefetch: number;
  /** The clock of operators. Default: the system's. */
  scheduler: SchedulerLike;
  /** Milliseconds until a settlement is confirmed. Default: at once, within the call. */
  confirmMs: number;
  /** What the store answers to a settlement. Default: what was asked for. */
  answer: (outcome: Outcome) => Outcome | SluiceError;
}>;

/** A message that tells what was done with it. */
export interface TestMessage<out A> extends Message<A> {
  /** The settlements that were asked for, in order; repetitions and refused ones are not among them. */
  readonly settled: ReadonlyArray<Outcome>;
  /** The writes that were to commit with them. */
  readonly followUps: ReadonlyArray<Write<unknown>>;
  /** How many bursts of settlements began with it: a batch is settled by one burst of its first message. */
  readonly bursts: () => number;
  /** Whether an operator has it in hand, so that its lease would be renewed. */
  readonly isHeld: () => boolean;
  /** Takes it away from the operator that holds it, as a lost lease or the end of `stopMsMax` does. */
  readonly interrupt: (reason: Interrupted["reason"]) => void;
}

/**
 * A message without a store or queue. It keeps the rule that the first settlement wins, and answers `LeaseLost` once it was
 * interrupted by "lease lost".
 *
 * @param data what the message carries
 * @param options its face (`id`, `key`, `attempt`, …), its `scheduler`, and what a settlement answers and when
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { of } from "rxjs";
 * import { filterData } from "sluice";
 * import { testMessage } from "sluice/testing";
 *
 * const free = testMessage({ total: 0 });
 * of(free).pipe(filterData((order) => order.total > 0)).subscribe();
 * assert.deepEqual(free.settled.map((outcome) => outcome._tag), ["Ack"]);
 * ```
 */
export const testMessage = <A>(data: A, options: TestMessageOptions = {}): TestMessage<A> => {
  const recorder = new Recorder(options);
  return Object.assign(messageOf(recorder, data), {
    settled: recorder.settled,
    followUps: recorder.followUps,
    bursts: () => recorder.bursts,
    isHeld: () => recorder.isHeld,
    interrupt: (reason: Interrupted["reason"]) => recorder.interruptBy(reason),
  });
};

class Recorder implements Delivery {
  readonly envelope: Envelope;
  readonly attempt: number;
  readonly prefetch: number;
  readonly demands = undefined;
  begun = false;
  readonly scheduler: SchedulerLike;
  readonly settled: Array<Outcome> = [];
  readonly followUps: Array<Write<unknown>> = [];
  bursts = 0;
  private holder: Holder | undefined;
  private interrupted: Interrupted["reason"] | undefined;

  constructor(private readonly options: TestMessageOptions) {
    this.scheduler = options.scheduler ?? systemScheduler;
    const enqueuedAtMs = options.enqueuedAtMs ?? this.scheduler.now();
    this.envelope = {
      id: options.id ?? newMessageId(),
      key: options.key,
      headers: options.headers === undefined ? noHeaders : plainHeaders(options.headers),
      enqueuedAtMs,
      firstEnqueuedAtMs: enqueuedAtMs,
    };
    this.attempt = options.attempt ?? 1;
    this.prefetch = options.prefetch ?? Number.POSITIVE_INFINITY;
  }

  get isHeld(): boolean {
    return this.holder !== undefined;
  }

  get ack(): Write<Outcome, SettleError> {
    return this.settle(Ack);
  }

  readonly settle = (outcome: Outcome): Write<Outcome, SettleError> => {
    let performed = outcome;
    return new Write(() => right({ steps: [], read: () => performed }), {
      target: noTarget,
      settles: true,
      send: (_steps, _writeId, end) =>
        this.settleWith(outcome, [], (error, answer) => {
          performed = answer;
          end(error, []);
        }),
    });
  };

  readonly extend = (): Effect<void, ExtendError> =>
    this.interrupted === "lease lost" ? fail(leaseLost(this.envelope.id)) : succeed(undefined);

  readonly nowMs = (): number => this.scheduler.now();

  settleWith(outcome: Outcome, followUps: ReadonlyArray<Write<unknown>>, onEnd: End<Outcome>): void {
    const { confirmMs } = this.options;
    const answer = this.answerTo(outcome, followUps);
    const end = (): void => (isSluiceError(answer) ? onEnd(answer, outcome) : onEnd(undefined, answer));
    if (confirmMs === undefined) end();
    else this.scheduler.schedule(end, confirmMs);
  }

  together(burst: () => void): void {
    this.bursts += 1;
    burst();
  }

  hold(holder: Holder): void {
    this.holder = holder;
    if (this.interrupted !== undefined) this.interruptBy(this.interrupted);
  }

  letGo(holder: Holder): void {
    if (this.holder === holder) this.holder = undefined;
  }

  interruptBy(reason: Interrupted["reason"]): void {
    const { holder } = this;
    this.interrupted = reason;
    this.holder = undefined;
    holder?.(reason);
  }

  private answerTo(outcome: Outcome, followUps: ReadonlyArray<Write<unknown>>): Outcome | SluiceError {
    const [first] = this.settled;
    if (!isOutcome(outcome)) return notAnOutcome("outcome");
    if (this.interrupted === "lease lost") return leaseLost(this.envelope.id);
    if (first !== undefined) return sameOutcome(first, outcome) ? first : alreadySettled(this.envelope.id, first);
    const answer = this.options.answer?.(outcome) ?? outcome;
    if (isSluiceError(answer)) return answer;
    this.settled.push(outcome);
    this.followUps.push(...followUps);
    return answer;
  }
}

const noTarget = { write: () => succeed([]) };
