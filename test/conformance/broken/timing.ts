/** Stores that do not keep time. */
import { Retry } from "../../../src/core/Outcome.js";
import {
  type Break,
  changingEnqueues,
  changingLeases,
  changingRequests,
  changingSettles,
  mapped,
} from "./BrokenStore.js";

/** Changes the delay of retries. */
const delaying = (change: (delayMs: number) => number): Break =>
  changingSettles((step) =>
    step.outcome._tag === "Retry"
      ? { ...step, outcome: Retry({ cause: step.outcome.cause, delayMs: change(step.outcome.delayMs ?? 0) }) }
      : step,
  );

export const timing: Readonly<Record<string, Break>> = {
  "delivers delayed messages at once": changingEnqueues((step) => ({ ...step, delayMs: 0 })),
  "delivers delayed messages after half their time": changingEnqueues((step) => ({
    ...step,
    delayMs: step.delayMs / 2,
  })),
  "delays all alike": changingEnqueues((step) => ({ ...step, delayMs: step.delayMs > 0 ? 20 : 0 })),
  "takes no delay for a default one": changingEnqueues((step) => ({ ...step, delayMs: step.delayMs || 1_000 })),
  "retries at once": delaying(() => 0),
  "retries after half the time": delaying((delayMs) => delayMs / 2),
  "takes a retry without delay for a default one": delaying((delayMs) => delayMs || 1_000),
  "takes a retry after zero for a default one": changingSettles((step) =>
    step.outcome._tag === "Retry" && step.outcome.delayMs === 0
      ? { ...step, outcome: Retry({ cause: "no", delayMs: 1_000 }) }
      : step,
  ),
  "knows no attempt but the first": changingLeases((leases) => leases.map((lease) => ({ ...lease, attempt: 1 }))),
  "counts attempts from 0": changingLeases((leases) =>
    leases.map((lease) => ({ ...lease, attempt: lease.attempt - 1 })),
  ),
  "allows one attempt more": changingSettles((step) => ({ ...step, attemptsMax: step.attemptsMax + 1 })),
  "allows expiry any number of times": changingRequests((request) => ({ ...request, attemptsMax: 1e9 })),
  "ends no lease": changingRequests((request) => ({ ...request, leaseMs: 1e9 })),
  "ends leases after half their time": changingRequests((request) => ({ ...request, leaseMs: request.leaseMs / 2 })),
  "tells failures in its own words": changingSettles((step) => ({ ...step, cause: "failed" })),
  "keeps the latest nine failures": (store) => ({
    peek: (request) =>
      mapped(store.peek(request), (peeked) =>
        peeked.map((message) => ({ ...message, history: message.history.slice(-9) })),
      ),
  }),
  "keeps no failures": (store) => ({
    peek: (request) => mapped(store.peek(request), (peeked) => peeked.map((message) => ({ ...message, history: [] }))),
    deadLetters: (request) =>
      mapped(store.deadLetters(request), (page) => ({
        ...page,
        items: page.items.map((letter) => ({ ...letter, history: [] })),
      })),
    blocked: (request) =>
      mapped(store.blocked(request), (page) => ({
        ...page,
        items: page.items.map((block) => ({ ...block, history: [] })),
      })),
  }),
  "has a clock for each message": changingLeases((leases) =>
    leases.map((lease, n) => ({ ...lease, leasedAtMs: lease.leasedAtMs + n })),
  ),
  "has a clock that stands still": changingLeases((leases) =>
    leases.map((lease) => ({ ...lease, enqueuedAtMs: 0, firstEnqueuedAtMs: 0 })),
  ),
};
