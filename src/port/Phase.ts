/**
 * How a store ends, the same for every store:
 *
 * ```text
 *   open ──close──▶ closing ──the turn is over, every answer told──▶ closed
 * ```
 *
 * Settlements of one burst leave together at its end. So a settlement that was asked for before `close` reaches the store after
 * `close`, in the same turn. A store that is closing takes these writes and the goodbye of a consumer, and refuses all other calls.
 */
import { kindOf, type Step } from "../core/steps/Step.js";

export type Phase = "open" | "closing" | "closed";

/** What a call is for: something new, the goodbye of a consumer, or a write, which may end something. */
export type Kind = "new" | "goodbye" | ReadonlyArray<ReadonlyArray<Step>>;

/** Whether a store in this phase takes such a call. */
export const takes = (phase: Phase, kind: Kind): boolean =>
  phase === "open" || (phase === "closing" && kind !== "new" && (kind === "goodbye" || ends(kind)));

const ends = (lists: ReadonlyArray<ReadonlyArray<Step>>): boolean =>
  lists.some((steps) => steps.some((step) => kindOf(step).ends));
