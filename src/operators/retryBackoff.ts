/** The decision to try again later. */
import { type BackoffOptions, makeBackoff, nextDelayMs } from "../core/Backoff.js";
import { causeOf } from "../core/Failure.js";
import { GiveUp } from "../core/FailurePolicy.js";
import { Retry } from "../core/Outcome.js";
import { type Options, optionsOf } from "../core/options.js";
import { type Decision, type DecisionIn, decideBy, policyWhen, type When } from "./internal/Decision.js";

/**
 * Decides failures by a retry, each after a longer delay, until attempts or time are used up. Then it gives up: a decision that
 * follows (`block()`, `decide()`) decides the failure, else the message is dead-lettered. The store keeps the delay: every consumer
 * honours it, and it survives a crash.
 *
 * ```text
 * -a-b-c-d-|
 * a := Failed, attempt 1
 * b := Failed, attempt 2
 * c := Failed, attempt 3
 * d := Failed, attempt 4
 *
 * > retryBackoff({ initialMs: 100, factor: 2, attemptsMax: 4 })
 *
 * -w-x-y-z-|
 * w := Failed: Retry in 100 ms
 * x := Failed: Retry in 200 ms
 * y := Failed: Retry in 400 ms
 * z := Failed, given up
 * ```
 *
 * A failure that `when` excludes is not given up: it passes as it is to the decisions that follow. The queue's own `attemptsMax`
 * (20 by default) dead-letters earlier where it is less.
 *
 * Errors: throws `InvalidConfig` for options out of range, and for a growth that goes with no such jitter or factor.
 *
 * @param options `initialMs` (milliseconds, default 200), `growth` ("exponential" by default, initial · factor^(attempt − 1);
 *   "linear", initial · attempt; "none", always initial), `factor` (of exponential growth alone, default 2), `delayMsMax`
 *   (milliseconds, default 60,000), `jitter` ("none" by default, "full", "equal", "decorrelated", which has a growth of its own;
 *   applied first, then capped), `attemptsMax` (attempts in all: the attempt with this number is given up; default: as many as
 *   the queue allows), `deadlineMs` (milliseconds from the enqueue: it gives up where the retry would be due later; default: no
 *   bound), `when` (which failures)
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { handle, queue, retryBackoff, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const jobs = queue(memoryStore(), { name: "jobs", codec: t.string });
 * await jobs.enqueue("flaky");
 * jobs
 *   .messages()
 *   .pipe(
 *     handle(async (m) => (m.attempt < 3 ? Promise.reject(new Error("not yet")) : m.attempt)),
 *     retryBackoff({ initialMs: 10, factor: 2, attemptsMax: 6, jitter: "full" }),
 *     settle(),
 *     take(3),
 *   )
 *   .subscribe((s) => console.log(s.outcome._tag));
 * ```
 */
export function retryBackoff<A, R, E>(options: BackoffOptions & When<E>): DecisionIn<A, R, E>;
export function retryBackoff(options?: BackoffOptions & { readonly when?: undefined }): Decision;
export function retryBackoff<E>(options: BackoffOptions & Options<When<E>> = {}): Decision<E> {
  const { when } = optionsOf(options, ["when"]);
  const backoff = makeBackoff(options);
  return decideBy<E>(
    policyWhen((failure, attempt) => {
      const delayMs = nextDelayMs(backoff, attempt);
      return delayMs === undefined ? GiveUp : Retry({ cause: causeOf(failure), delayMs });
    }, when),
  );
}
