/** Stores that bring messages in a wrong order, or a wrong number. */
import { Ack, Reject, Release, Retry } from "../../../../../src/core/Outcome.js";
import type { EnqueueStep } from "../../../../../src/core/steps/Enqueue.js";
import type { Lease } from "../../../../../src/port/Lease.js";
import type { Store } from "../../../../../src/port/Store.js";
import {
  type Break,
  both,
  changingEnqueues,
  changingLeases,
  changingRequests,
  changingSettles,
  choosing,
  enqueueOf,
  mapped,
  remembering,
} from "./BrokenStore.js";

const bytes = (leases: ReadonlyArray<Lease>, size: (payload: string) => number): number =>
  leases.reduce((sum, { payload }) => sum + size(payload), 0);

/** As many as fit from the front. */
const fitting = (
  leases: ReadonlyArray<Lease>,
  bytesMax: number,
  size: (payload: string) => number,
): ReadonlyArray<Lease> => leases.filter((_, n) => n === 0 || bytes(leases.slice(0, n + 1), size) <= bytesMax);

const utf8 = (payload: string): number => Buffer.byteLength(payload);

/** Instead of settling so, acks and enqueues the message anew. */
const anew = (tags: ReadonlyArray<string>, change: (lease: Lease) => Partial<EnqueueStep>): Break =>
  remembering((store, given) => ({
    write: (lists, writeId) => {
      const extra = lists.flat().flatMap((step) => {
        const lease = step._tag === "Settle" ? given.get(step.token) : undefined;
        return step._tag === "Settle" && lease !== undefined && tags.includes(step.outcome._tag)
          ? [enqueueOf(step, lease, change(lease))]
          : [];
      });
      const acked = changingSettles((step) => (tags.includes(step.outcome._tag) ? { ...step, outcome: Ack } : step))(
        store,
      );
      return mapped((acked.write ?? store.write)([...lists, extra], writeId), (answers) =>
        answers.slice(0, lists.length),
      );
    },
  }));

/** Puts what returns by a write before all that returned by earlier ones. */
const latestReturnFirst: Break = (store) => {
  const returns = new Map<string, number>();
  let writes = 0;
  const noting = changingSettles((step) => {
    if (step.outcome._tag !== "Ack") returns.set(step.id, writes);
    return step;
  })(store);
  const writing: Store = {
    ...store,
    write: (lists, writeId) => {
      writes++;
      return (noting.write ?? store.write)(lists, writeId);
    },
  };
  const last = ({ id }: Lease): number => returns.get(id) ?? 0;
  const ordered = (leases: ReadonlyArray<Lease>): ReadonlyArray<Lease> => [...leases].sort((a, b) => last(b) - last(a));
  return { write: writing.write, ...choosing((leases, { max }) => ordered(leases).slice(0, max))(store) };
};

export const ordering: Readonly<Record<string, Break>> = {
  "brings the last first": changingLeases((leases) => [...leases].reverse()),
  "brings more than it was asked for": changingRequests((request) => ({ ...request, max: request.max + 1 })),
  "heeds no limit of bytes": changingRequests((request) => ({ ...request, bytesMax: Number.POSITIVE_INFINITY })),
  "counts characters for bytes": choosing((leases, { max, bytesMax }) =>
    fitting(leases.slice(0, max), bytesMax, ({ length }) => length),
  ),
  "passes over what does not fit": choosing((leases, { max, bytesMax }) => {
    const chosen: Array<Lease> = [];
    for (const lease of leases)
      if (chosen.length < max && bytes([...chosen, lease], utf8) <= bytesMax) chosen.push(lease);
    return chosen.length > 0 ? chosen : leases.slice(0, 1);
  }),
  "never brings what is beyond the bytes": choosing((leases, { max, bytesMax }) =>
    leases.slice(0, max).filter((_, n) => bytes(leases.slice(0, n + 1), utf8) <= bytesMax),
  ),
  "brings as much as it likes to those that wait": (store) => ({
    lease: (request) => store.lease(request.waitMsMax > 0 ? { ...request, max: 1_000 } : request),
  }),
  "gives back to the end": anew(["Release"], () => ({})),
  "puts what returns before what returned earlier": latestReturnFirst,
  "retries at the end": anew(["Retry"], () => ({})),
  "lets followers pass a delayed release": anew(["Release"], () => ({ key: undefined, delayMs: 100 })),
  "lets followers pass a delayed retry": anew(["Retry"], () => ({ key: undefined, delayMs: 100 })),
  "keeps no keys": both(
    changingEnqueues((step) => ({ ...step, headers: { ...step.headers, key: step.key ?? "" }, key: undefined })),
    changingLeases((leases) =>
      leases.map((lease) => {
        const { key, ...headers } = lease.headers;
        return { ...lease, headers, key: key === "" ? undefined : key };
      }),
    ),
  ),
  "has no key that is empty": changingEnqueues((step) => ({ ...step, key: step.key || undefined })),
  "forgets the key of what is delayed": changingEnqueues((step) => ({
    ...step,
    key: step.delayMs > 0 ? undefined : step.key,
  })),
  "takes the key for what is delayed": (store) => {
    const dues = new Map<string, number>();
    return changingEnqueues((step) => {
      const nowMs = store.scheduler.now();
      const dueMs = Math.max(dues.get(step.key ?? "") ?? 0, nowMs + step.delayMs);
      if (step.key !== undefined) dues.set(step.key, dueMs);
      return step.key === undefined ? step : { ...step, delayMs: dueMs - nowMs };
    })(store);
  },
  "frees the keys of what it purges, whoever has them": (store) => {
    let purges = 0;
    return {
      ...changingEnqueues((step) => ({ ...step, key: step.key && `${step.key}${"'".repeat(purges)}` }))(store),
      purge: (request, writeId) => {
        purges++;
        return store.purge(request, writeId);
      },
    };
  },
  "keeps the key of the latest level apart": changingEnqueues((step) => ({
    ...step,
    key: step.key === undefined || step.priority === 0 ? step.key : `${step.key} ${step.priority}`,
  })),
  "has one key for all": changingEnqueues((step) => ({ ...step, key: step.key === undefined ? undefined : "k" })),
  "lets one key hold back all others": changingEnqueues((step) => ({ ...step, key: "k" })),
  "rejects instead of blocking": changingSettles((step) =>
    step.outcome._tag === "Block" ? { ...step, outcome: Reject({ cause: "no" }) } : step,
  ),
  "keeps the key of what it rejected": changingSettles((step) =>
    step.outcome._tag === "Reject" ? { ...step, outcome: Retry({ cause: "no", delayMs: 1e9 }) } : step,
  ),
  "knows no priority": changingEnqueues((step) => ({ ...step, priority: 0 })),
  "serves the lowest level first": changingEnqueues((step) => ({ ...step, priority: 9 - step.priority })),
  "starves lower levels": (store) => {
    const levels = new Map<string, number>();
    const noting = changingEnqueues((step) => {
      levels.set(step.id, step.priority);
      return step;
    })(store);
    const level = ({ id }: Lease): number => levels.get(id) ?? 0;
    return {
      ...noting,
      ...choosing((leases, { max }) => [...leases].sort((a, b) => level(b) - level(a)).slice(0, max))(store),
    };
  },
  "serves every level alike": choosing((leases, { max }) =>
    leases.filter((_, n) => n % Math.max(1, Math.floor(leases.length / max)) === 0).slice(0, max),
  ),
  "serves every queue to all": changingRequests((request) => ({ ...request, exclusive: false })),
  "lets nobody leave": (store) => ({ leave: ({ queue }) => store.leave({ queue, consumer: "nobody" }) }),
  "lets anybody leave for the owner": (store) => ({ leave: ({ queue }) => store.leave({ queue, consumer: "one" }) }),
  "gives a release a new attempt": changingSettles((step) =>
    step.outcome._tag === "Release" ? { ...step, outcome: Retry({ cause: "no" }) } : step,
  ),
  "gives a retry no new attempt": changingSettles((step) =>
    step.outcome._tag === "Retry" && (step.outcome.delayMs ?? 0) === 0
      ? { ...step, outcome: Release({ reason: "no" }) }
      : step,
  ),
};
