/** The decision to stop a key, or the queue, at a failed message. */
import { causeOf } from "../core/Failure.js";
import { Block } from "../core/Outcome.js";
import { type Options, oneOf, optionsOf } from "../core/options.js";
import { type Decision, type DecisionIn, decideBy, policyWhen, type When } from "./internal/Decision.js";

export type BlockOptions = Options<{
  /** What stops behind the message: the messages of its key, or the whole queue. Default "key". */
  scope: "key" | "queue";
}>;

/**
 * Decides failures by a block: the message keeps its place, and the messages of its key (or the whole queue) wait behind it until
 * somebody calls `queue.unblock`. With scope "key" a message without a key is blocked alone.
 *
 * ```text
 * -a-b-----|
 * a := Failed
 * b := Failed: Reject
 *
 * > block({ scope: "key" })
 *
 * -x-y-----|
 * x := Failed: Block key
 * y := Failed: Reject
 * ```
 *
 * Errors: throws `InvalidConfig` for another scope.
 *
 * @param options `scope` ("key" by default, or "queue"), `when` (which failures)
 *
 * @example
 * ```ts
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { block, handle, queue, retryBackoff, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const orders = queue(memoryStore(), { name: "orders", codec: t.string, key: () => "customer-1" });
 * await orders.enqueueAll(["first", "second"]);
 * orders
 *   .messages()
 *   .pipe(
 *     handle(() => Promise.reject(new Error("no stock"))),
 *     retryBackoff({ initialMs: 5, attemptsMax: 2 }),
 *     block(),
 *     settle(),
 *     take(2),
 *   )
 *   .subscribe((s) => console.log(s.message.data, s.outcome._tag));
 * ```
 */
export function block<A, R, E>(options: BlockOptions & When<E>): DecisionIn<A, R, E>;
export function block(options?: BlockOptions & { readonly when?: undefined }): Decision;
export function block<E>(given: BlockOptions & Options<When<E>> = {}): Decision<E> {
  const { scope = "key", when } = optionsOf(given, ["scope", "when"]);
  oneOf("scope", scope, ["key", "queue"]);
  return decideBy<E>(policyWhen((failure) => Block({ cause: causeOf(failure), scope }), when));
}
