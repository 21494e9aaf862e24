/** Destinations: what a hub's dispatches are handed to, and what that answers. */
import type { Either } from "fp-ts/lib/Either.js";
import type { Observable } from "rxjs";
import { callable, type Options } from "../core/options.js";
import { checkDestinationOptions } from "./destinationOptions.js";
import type { DispatchId, HubEventId } from "./ids.js";

/** An event as it was emitted. */
export interface HubEvent<out A> {
  readonly id: HubEventId;
  readonly payload: A;
  /** By the clock of the store that emitted it. Milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** How a dispatch ends well. */
export type DispatchResult = "complete" | "ignored";

/** What a handler answers that has done its work: the text "complete", which TypeScript would widen where an async function returns it. */
export const Complete = "complete" as const;
/** What a handler answers where there was nothing to do: the text "ignored". */
export const Ignored = "ignored" as const;

/** What a handler answers: a Left is a failed execution. */
export type DispatchAnswer = DispatchResult | Either<unknown, DispatchResult>;

/** What a handler returns: an Observable, whose last value counts, a promise, a Task or a TaskEither. */
export type DispatchWork = Observable<DispatchAnswer> | PromiseLike<DispatchAnswer> | (() => Promise<DispatchAnswer>);

/** What a handler gets beside the event. */
export interface DispatchContext {
  /** The same in every attempt: an idempotency key. */
  readonly dispatchId: DispatchId;
  /** The number of this attempt, from 1: failures so far, those of processes that died included, and one. */
  readonly attempt: number;
  /** Aborts when the work is unsubscribed before its end: by a timeout, a lost lease, a stop, or the end of the run. */
  readonly signal: AbortSignal;
}

/**
 * Does what is to be done for an event at one destination, at least once. A throw, a rejection, a Left, a timeout and any other value than
 * `Complete` and `Ignored` are a failed execution, which is tried again as the route says; `nonRetryable(cause)`, thrown or on the left,
 * ends the dispatch as failed at once, and `retryAfter(cause, delaySeconds)` says itself when the next attempt is.
 */
export type Handler<A> = (event: HubEvent<A>, context: DispatchContext) => DispatchWork;

/** How the dispatches of one destination are worked off, in each process. */
export interface DestinationOptions
  extends Options<{
    /** How many are handled at a time. 1 to 1,000; default: the `concurrency` of the run. */
    concurrency: number;
    /** Until a work is unsubscribed and counts as failed. Milliseconds, 1 or more; `Infinity`: never. Default 300,000. */
    timeoutMs: number;
    /**
     * How many executions may begin in any second, in each process that runs the hub: each has a count of its own, and its runs share it.
     * A whole number from 1 to 10,000, or a part of 1 from 0.001: 0.1 is one in ten seconds. Default: no bound. What may not begin waits in
     * the store, for as long as it takes: it is neither leased nor counted, and not called lost.
     *
     * ```text
     * abcd----
     * a := x1
     * b := x2
     * c := x3
     * d := x4
     *
     * > ratePerSecondMax: 0.5, one character a second
     *
     * r-s-t-u-
     * r := x1: complete
     * s := x2: complete
     * t := x3: complete
     * u := x4: complete
     * ```
     */
    ratePerSecondMax: number;
    /**
     * After so many failed executions in a row the breaker opens: nothing begins here for `breakMs`. Then one dispatch is tried. Where that
     * ends well, all goes on; where it fails, the breaker is open again. What fails for good (`nonRetryable`, a 4xx of an endpoint) says
     * nothing of the destination, and does not count. What waits does so as with `ratePerSecondMax`. Each process has a breaker of its own,
     * which `events$` tells of. 1 to 1,000,000; default: none.
     *
     * ```text
     * abcd-------
     * a := x1
     * b := x2
     * c := x3
     * d := x4
     *
     * > breakAfter: 2, breakMs: 6_000, maxRetries: 0, one character a second
     *
     * rs-----(tu)
     * r := x1: failed, for good
     * s := x2: failed, for good
     * t := x3: complete
     * u := x4: complete
     * ```
     */
    breakAfter: number;
    /** How long the breaker stays open. Milliseconds, 0 or more: with 0 trials follow each other at once. Default 30,000. */
    breakMs: number;
  }> {}

/** A handler with options. Made by `destination`, and by `webhook`. */
export interface Bound<in A> {
  readonly options: DestinationOptions;
  readonly handler: Handler<A>;
}

/**
 * A handler with options of its own.
 *
 * Throws `InvalidConfig` for options out of their limits.
 *
 * @param handler does what is to be done
 * @param options its concurrency, timeout, rate and breaker
 *
 * @example
 * ```ts
 * import { Complete, destination } from "sluice/hub";
 *
 * export const search = destination(async () => Complete, { concurrency: 4, timeoutMs: 2_000 });
 * ```
 */
export const destination = <A>(handler: Handler<A>, options: DestinationOptions): Bound<A> => ({
  handler: callable("handler", handler),
  options: checkDestinationOptions(options),
});
