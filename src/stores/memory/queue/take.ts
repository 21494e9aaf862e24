/**
 * Takes messages for a consumer: checks that the queue may give any, takes up the leases that ended and what is due, then gives
 * by level and in order.
 */
import type { Hands, Lease, LeaseRequest } from "../../../port/Lease.js";
import { ByteBudget } from "./ByteBudget.js";
import type { Entry } from "./Entry.js";
import type { QueueState } from "./QueueState.js";
import { reapAll, reapEnded } from "./reap.js";

/** "nothing": a consumer that may wait does so. "a suspect": one is next that these hands may not have, which is answered at once. */
export type Taken = ReadonlyArray<Lease> | "nothing" | "a suspect";

/** Leases what this consumer gets now. */
export const take = (queue: QueueState, request: LeaseRequest, nowMs: number): Taken => {
  if (queue.paused || queue.halts > 0) return "nothing";
  if (request.exclusive && !own(queue, request, nowMs)) return "nothing";
  for (;;) {
    const reaped = reapEnded(queue, nowMs, request.attemptsMax);
    queue.promoteDue(nowMs);
    const { leases, late } = takeReady(queue, request, nowMs);
    for (const { entry, cause } of late) queue.deadLetter(entry, { atMs: nowMs, cause });
    if (leases.length > 0) return leases;
    if (reaped === 0 && late.length === 0) return queue.ready.size > 0 ? "a suspect" : "nothing";
  }
};

/** Makes the consumer the owner of the exclusive queue, unless another one owns it, and tells whether it is the owner now. */
const own = (queue: QueueState, { consumer, leaseMs, attemptsMax }: LeaseRequest, nowMs: number): boolean => {
  if (queue.owner !== consumer) {
    if (ownedUntil(queue, nowMs) > nowMs) return false;
    reapAll(queue, nowMs, attemptsMax);
    queue.owner = consumer;
  }
  queue.ownerUntilMs = nowMs + leaseMs;
  return true;
};

/** Until when the queue belongs to its owner, at least. An owner that waits for messages keeps it for as long as it waits. */
export const ownedUntil = (queue: QueueState, nowMs: number): number => {
  if (queue.owner === undefined) return 0;
  const request = queue.idle.of(queue.owner);
  if (queue.ownerUntilMs <= nowMs && request !== undefined) queue.ownerUntilMs = nowMs + request.leaseMs;
  return queue.ownerUntilMs;
};

/** A message that is dead-lettered instead of begun, and why. */
interface Late {
  readonly entry: Entry;
  readonly cause: string;
}

interface ReadyTaken {
  readonly leases: ReadonlyArray<Lease>;
  readonly late: ReadonlyArray<Late>;
}

const takeReady = (queue: QueueState, request: LeaseRequest, nowMs: number): ReadyTaken => {
  const { max, bytesMax, leaseMs, deliveriesMax } = request;
  const budget = new ByteBudget(bytesMax);
  const leases: Array<Lease> = [];
  const late: Array<Late> = [];
  while (leases.length < max) {
    const next = queue.ready.next();
    if (next === undefined) break;
    const cause = whyNotBegun(next, deliveriesMax, nowMs);
    if (cause !== undefined) {
      late.push({ entry: queue.ready.drop(), cause });
      continue;
    }
    const suspect = next.suspicion > 0;
    if (suspect && (leases.length > 0 || next.suspicion > SUSPICION_ALLOWED[request.hands])) break;
    if (!budget.admits(next.payload)) break;
    const entry = queue.ready.take();
    if (!entry.returns) {
      entry.returns = true;
      entry.order = queue.nextOrder();
    }
    entry.token = newToken();
    entry.unbegun = false;
    queue.leases.add(entry, leaseMs, nowMs);
    leases.push(leaseOf(entry, nowMs));
    if (suspect) break;
  }
  queue.idle.rearm(nowMs);
  return { leases, late };
};

/** How suspicious a message may be to be given into these hands. */
const SUSPICION_ALLOWED: Readonly<Record<Hands, number>> = { empty: 2, proven: 1, full: 0 };

const whyNotBegun = ({ beginsUntilMs, returned }: Entry, deliveriesMax: number, nowMs: number): string | undefined => {
  if (nowMs > beginsUntilMs) return "expired before it was begun";
  return returned < deliveriesMax ? undefined : `handed over ${deliveriesMax} times without a settlement`;
};

const leaseOf = (entry: Entry, nowMs: number): Lease => ({
  id: entry.id,
  token: entry.token,
  payload: entry.payload,
  key: entry.key,
  headers: entry.headers,
  attempt: entry.failures + 1,
  suspect: entry.suspicion > 0,
  enqueuedAtMs: entry.enqueuedAtMs,
  firstEnqueuedAtMs: entry.firstEnqueuedAtMs,
  leasedAtMs: nowMs,
});

// All memory stores of the process share one count, so that no token of one is ever valid in another.
let tokens = 0;
const newToken = (): string => (++tokens).toString(36);
