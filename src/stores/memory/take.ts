/** Takes messages for a consumer: the gates, what ended in the meantime, then by level and in order. */
import type { Lease, LeaseRequest } from "../../store/Lease.js";
import { ByteBudget } from "./ByteBudget.js";
import type { Entry } from "./Entry.js";
import type { QueueState } from "./QueueState.js";
import { reapAll, reapEnded } from "./reap.js";

const nothing: ReadonlyArray<Lease> = [];

/** What this consumer gets now; an empty list if nothing. */
export const take = (queue: QueueState, request: LeaseRequest, nowMs: number): ReadonlyArray<Lease> => {
  if (queue.paused || queue.halts > 0) return nothing;
  if (request.exclusive && !own(queue, request, nowMs)) return nothing;
  for (;;) {
    const reaped = reapEnded(queue, nowMs, request.attemptsMax);
    queue.promoteDue(nowMs);
    if (queue.ready.size > 0) return takeReady(queue, request, nowMs);
    if (reaped === 0) return nothing;
  }
};

/** Whether the exclusive queue belongs to this consumer from now on. */
const own = (queue: QueueState, { consumer, leaseMs, attemptsMax }: LeaseRequest, nowMs: number): boolean => {
  if (queue.owner !== consumer) {
    if (ownedUntil(queue, nowMs) > nowMs) return false;
    reapAll(queue, nowMs, attemptsMax);
    queue.owner = consumer;
  }
  queue.ownerUntilMs = nowMs + leaseMs;
  return true;
};

/** Until when the queue surely belongs to its owner: one that waits for messages keeps it, however long. */
export const ownedUntil = (queue: QueueState, nowMs: number): number => {
  if (queue.owner === undefined) return 0;
  const waiting = queue.waiting.of(queue.owner);
  if (queue.ownerUntilMs <= nowMs && waiting !== undefined) queue.ownerUntilMs = nowMs + waiting.leaseMs;
  return queue.ownerUntilMs;
};

const takeReady = (queue: QueueState, request: LeaseRequest, nowMs: number): ReadonlyArray<Lease> => {
  const { max, bytesMax, leaseMs } = request;
  const budget = new ByteBudget(bytesMax);
  const leases: Array<Lease> = [];
  while (leases.length < max) {
    const next = queue.ready.next();
    if (next === undefined || !budget.admits(next.payload)) break;
    const entry = queue.ready.take();
    if (!entry.returns) {
      entry.returns = true;
      entry.order = queue.nextOrder();
    }
    entry.token = newToken();
    queue.leases.add(entry, leaseMs, nowMs);
    leases.push(leaseOf(entry, nowMs));
  }
  queue.waiting.rearm(nowMs);
  return leases;
};

const leaseOf = (entry: Entry, nowMs: number): Lease => ({
  id: entry.id,
  token: entry.token,
  payload: entry.payload,
  key: entry.key,
  headers: entry.headers,
  attempt: entry.attempts + 1,
  enqueuedAtMs: entry.enqueuedAtMs,
  firstEnqueuedAtMs: entry.firstEnqueuedAtMs,
  leasedAtMs: nowMs,
});

// One count for all memory stores of the process: no token of one is ever valid in another.
let tokens = 0;
const newToken = (): string => (++tokens).toString(36);
