/** Steps and requests for tests: a case gives what it is about, and everything else is filled in. */
import { newMessageId } from "../../../core/MessageId.js";
import type { Outcome } from "../../../core/Outcome.js";
import type { Options } from "../../../core/options.js";
import type { EnqueueStep } from "../../../core/steps/Enqueue.js";
import type { SettleStep } from "../../../core/steps/Settle.js";
import type { Lease, LeaseRequest } from "../../../port/Lease.js";

export type Draft = Options<Omit<EnqueueStep, "_tag" | "payload">>;

/** A message to be enqueued: unkeyed, at once, priority 0, with a fresh id, unless the draft says otherwise. */
export const enqueueStep = (queue: string, payload: string, draft: Draft = {}): EnqueueStep => ({
  _tag: "Enqueue",
  queue: draft.queue ?? queue,
  id: draft.id ?? newMessageId(),
  payload,
  key: draft.key,
  headers: draft.headers,
  delayMs: draft.delayMs ?? 0,
  priority: draft.priority ?? 0,
  expiresInMs: draft.expiresInMs,
  dedupe: draft.dedupe,
  mark: draft.mark,
});

export type SettleDraft = Options<Pick<SettleStep, "queue" | "id" | "token" | "cause" | "attemptsMax">>;

/** The settlement of a lease, with cause "because" and at most 20 attempts, unless the draft says otherwise. */
export const settleStep = (
  lease: Lease,
  outcome: Outcome,
  draft: SettleDraft & { readonly queue: string },
): SettleStep => ({
  _tag: "Settle",
  queue: draft.queue,
  id: draft.id ?? lease.id,
  token: draft.token ?? lease.token,
  outcome,
  cause: draft.cause ?? "because",
  attemptsMax: draft.attemptsMax ?? 20,
});

export type LeaseDraft = Options<LeaseRequest>;

/**
 * A lease request of consumer "one", whose hands are empty: at most 100 messages and 4 MiB, for 30 s, without waiting, unless the
 * draft says otherwise.
 */
export const leaseRequest = (queue: string, draft: LeaseDraft = {}): LeaseRequest => ({
  queue: draft.queue ?? queue,
  consumer: draft.consumer ?? "one",
  max: draft.max ?? 100,
  bytesMax: draft.bytesMax ?? 4 * 1024 * 1024,
  leaseMs: draft.leaseMs ?? 30_000,
  waitMsMax: draft.waitMsMax ?? 0,
  attemptsMax: draft.attemptsMax ?? 20,
  deliveriesMax: draft.deliveriesMax ?? 1_000,
  hands: draft.hands ?? "empty",
  exclusive: draft.exclusive ?? false,
});
