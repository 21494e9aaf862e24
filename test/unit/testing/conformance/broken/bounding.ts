/** Stores that keep counts in 32 bits. */
import { type Break, changingSteps } from "./BrokenStore.js";

/** What a store makes of a count that is too large for it. */
const cut = (count: number): number => (count > 2_147_483_647 ? 1 : count);

export const bounding: Readonly<Record<string, Break>> = {
  "takes more attempts than it can count for one": changingSteps((step) =>
    step._tag === "Settle" ? { ...step, attemptsMax: cut(step.attemptsMax) } : step,
  ),
  "takes more attempts of an ended lease than it can count for one": (store) => ({
    lease: (request) => store.lease({ ...request, attemptsMax: cut(request.attemptsMax) }),
  }),
  "unblocks nothing where it is to unblock more than it can count": (store) => ({
    unblock: (request, writeId) => store.unblock({ ...request, limit: cut(request.limit) - 1 }, writeId),
  }),
};

export const boundProofs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "takes more attempts than it can count for one": ["attempts, deliveries and messages may be without a bound"],
  "takes more attempts of an ended lease than it can count for one": [
    "attempts, deliveries and messages may be without a bound",
  ],
  "unblocks nothing where it is to unblock more than it can count": [
    "what people unblock, redrive and purge may be without a bound",
  ],
};
