/** Stores that do not keep time. */
import { Release, Retry } from "../../../../../src/core/Outcome.js";
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
  "releases at once": changingSettles((step) =>
    step.outcome._tag === "Release" ? { ...step, outcome: Release({ reason: "no" }) } : step,
  ),
  "never expires": changingEnqueues((step) => ({ ...step, expiresInMs: undefined })),
  "expires after half the time": changingEnqueues((step) => ({
    ...step,
    expiresInMs: step.expiresInMs && step.expiresInMs / 2,
  })),
  "takes an expiry of zero for none": changingEnqueues((step) => ({
    ...step,
    expiresInMs: step.expiresInMs || undefined,
  })),
  "expires no message with a key": changingEnqueues((step) => ({
    ...step,
    expiresInMs: step.key === undefined ? step.expiresInMs : undefined,
  })),
  "expires so long after the due time": changingEnqueues((step) => ({
    ...step,
    expiresInMs: step.expiresInMs === undefined ? undefined : step.expiresInMs + step.delayMs,
  })),
  "hands over without end": changingRequests((request) => ({ ...request, deliveriesMax: 1e9 })),
  "counts every delivery": (store) => {
    const deliveries = new Map<string, number>();
    return changingLeases((leases, { deliveriesMax }) =>
      leases.filter(({ id }) => {
        deliveries.set(id, (deliveries.get(id) ?? 0) + 1);
        return (deliveries.get(id) ?? 0) <= deliveriesMax;
      }),
    )(store);
  },
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
