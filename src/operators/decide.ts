/** The decision that the user writes. */
import type { FailurePolicy } from "../core/FailurePolicy.js";
import { type DecisionIn, decideBy } from "./internal/Decision.js";

/**
 * Decides failures by a function of your own. Where it answers `undefined`, the decisions that follow may decide. So it is with
 * `GiveUp`, but then the message is dead-lettered where none of them decides. The first to decide wins.
 *
 * ```text
 * -a-b-----|
 * a := Failed(declined)
 * b := Failed(offline)
 *
 * > decide(rejectDeclined)
 *
 * -x-y-----|
 * x := Failed(declined): Reject
 * y := Failed(offline)
 * ```
 *
 * Errors: none. Where the policy throws, what it threw replaces the failure, which stays undecided. So does an `InvalidConfig`
 * where the policy answers anything but an `Outcome`, `GiveUp` or `undefined`.
 *
 * @param policy called once for each failure that nothing has decided; never for results and interruptions
 *
 * @example
 * ```ts
 * import * as TE from "fp-ts/lib/TaskEither.js";
 * import * as t from "io-ts";
 * import { take } from "rxjs";
 * import { decide, handle, queue, Reject, settle } from "sluice";
 * import { memoryStore } from "sluice/memory";
 *
 * const cards = queue(memoryStore(), { name: "cards", codec: t.string });
 * await cards.enqueue("4000");
 * cards
 *   .messages()
 *   .pipe(
 *     handle((m) => TE.left(m.data === "4000" ? "declined" : "offline")),
 *     decide((f) => (f._tag === "Failed" && f.error === "declined" ? Reject({ cause: f.error }) : undefined)),
 *     settle(),
 *     take(1),
 *   )
 *   .subscribe((s) => console.log(s.outcome._tag));
 * ```
 */
export const decide = <A, R, E>(policy: FailurePolicy<E>): DecisionIn<A, R, E> => decideBy(policy);
