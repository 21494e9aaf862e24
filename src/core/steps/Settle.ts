/** The step that ends one lease. */
import { invariant } from "../invariant.js";
import type { MessageId } from "../MessageId.js";
import { type Outcome, sameOutcome } from "../Outcome.js";
import { type AlreadySettled, alreadySettled, type LeaseLost, leaseLost } from "../SluiceError.js";
import type { StepKind } from "./StepKind.js";

/** Ends one lease. The token is the fence: without a live lease of this token the whole list is refused. */
export interface SettleStep {
  readonly _tag: "Settle";
  readonly queue: string;
  readonly id: MessageId;
  readonly token: string;
  readonly outcome: Outcome;
  /** The outcome's cause or reason as one line, kept in history and dead letters. */
  readonly cause: string;
  /** A `Retry` by which the failures reach this count is performed as a `Reject`. */
  readonly attemptsMax: number;
  /** Of a `Release`: nobody had the message in hand, so this delivery does not count for `deliveriesMax` either. */
  readonly untouched?: boolean | undefined;
}

/** The lease has ended by this outcome, which the store performed: a `Retry` out of attempts is a `Reject`. */
export interface SettledResult {
  readonly _tag: "Settled";
  readonly outcome: Outcome;
}

export const Settle: StepKind<SettleStep, SettledResult, LeaseLost | AlreadySettled> = {
  result: "Settled",
  count: () => 1,
  size: () => 0,
  changes: ({ token }) => token,
  meets: (first, { id, outcome }) =>
    first._tag !== "Settle" || sameOutcome(first.outcome, outcome) ? undefined : alreadySettled(id, first.outcome),
  ends: true,
  refusal: ({ tag }, { id }) => {
    invariant(tag === "LEASE_LOST", `a settlement was refused with ${tag}`);
    return leaseLost(id);
  },
  done: ({ outcome }) => ({ _tag: "Settled", outcome }),
};
