/** The steps that give messages back which nobody had in hand: uncounted, to their places. */
import { Release } from "../../../core/Outcome.js";
import type { SettleStep } from "../../../core/steps/Settle.js";
import type { Lease } from "../../../port/Lease.js";

const outcome = Release({ reason: "nobody waits for it any more" });

export const givingBack = (queue: string, leases: ReadonlyArray<Lease>): ReadonlyArray<SettleStep> =>
  leases.map(({ id, token }) => ({
    _tag: "Settle",
    queue,
    id,
    token,
    outcome,
    cause: "",
    attemptsMax: 1,
    untouched: true,
  }));
