/** The decision to dead-letter. */
import { causeOf } from "../core/Failure.js";
import { Reject } from "../core/Outcome.js";
import { type Options, optionsOf } from "../core/options.js";
import { type Decision, type DecisionIn, decideBy, policyWhen, type When } from "./internal/Decision.js";

/**
 * Decides failures by a reject: the message goes to the dead letters with its cause and history, where people look at it and
 * redrive it.
 *
 * ```text
 * -a-b-----|
 * a := Failed
 * b := Failed: Retry in 200 ms
 *
 * > deadLetter()
 *
 * -x-y-----|
 * x := Failed: Reject
 * y := Failed: Retry in 200 ms
 * ```
 *
 * @param options `when` (which failures; all by default)
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { deadLetter, handle, queue, retryBackoff, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const jobs = queue(memoryStore(), { name: "jobs", codec: t.string });
 * await jobs.enqueue("hopeless");
 * jobs
 *   .messages()
 *   .pipe(
 *     handle(() => Promise.reject(new Error("no"))),
 *     retryBackoff({ initialMs: 5, attemptsMax: 2 }),
 *     deadLetter(),
 *     settle(),
 *     take(2),
 *   )
 *   .subscribe((s) => console.log(s.outcome._tag));
 * ```
 */
export function deadLetter<A, R, E>(options: When<E>): DecisionIn<A, R, E>;
export function deadLetter(options?: { readonly when?: undefined }): Decision;
export function deadLetter<E>(given: Options<When<E>> = {}): Decision<E> {
  const { when } = optionsOf(given, ["when"]);
  return decideBy<E>(policyWhen((failure) => Reject({ cause: causeOf(failure) }), when));
}
