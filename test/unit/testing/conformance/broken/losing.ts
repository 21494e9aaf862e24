/** Stores that lose, invent or confuse messages. */
import { type MessageId, newMessageId } from "../../../../../src/core/MessageId.js";
import { Ack } from "../../../../../src/core/Outcome.js";
import type { EnqueueStep } from "../../../../../src/core/steps/Enqueue.js";
import type { Lease } from "../../../../../src/port/Lease.js";
import {
  type Break,
  changingEnqueues,
  changingLeases,
  changingRequests,
  changingSettles,
  changingSteps,
  mapped,
} from "./BrokenStore.js";

const everyNth = (n: number): (() => boolean) => {
  let count = 0;
  return () => ++count % n === 0;
};

/** Keeps what it knows of enqueued messages by their ids. */
const knowingEnqueued = (
  use: (known: ReadonlyMap<string, EnqueueStep>, store: Parameters<Break>[0]) => ReturnType<Break>,
): Break => {
  return (store) => {
    const known = new Map<string, EnqueueStep>();
    const write = changingEnqueues((step) => {
      known.set(step.id, step);
      return step;
    })(store);
    const noting = { ...store, ...write };
    return { ...write, ...use(known, noting) };
  };
};

export const losing: Readonly<Record<string, Break>> = {
  "loses every tenth message": (store) => {
    const tenth = everyNth(10);
    return changingEnqueues((step) => (tenth() ? undefined : step))(store);
  },
  "loses all but the first hundred thousand bytes of a payload": changingEnqueues((step) => ({
    ...step,
    payload: step.payload.slice(0, 100_000),
  })),
  "loses what is beyond 1,000 messages of one write": (store) => ({
    write: (lists, writeId) => {
      let count = 0;
      const losing = changingEnqueues((step) => (++count > 1_000 ? undefined : step))(store);
      return (losing.write ?? store.write)(lists, writeId);
    },
  }),
  "loses a message whose lease ended": changingRequests((request) => ({ ...request, attemptsMax: 1 })),
  "loses what is released": changingSettles((step) =>
    step.outcome._tag === "Release" ? { ...step, outcome: Ack } : step,
  ),
  "takes an ack for done and does nothing": changingSettles((step) => (step.outcome === Ack ? undefined : step)),
  "enqueues every tenth message twice": (store) => {
    const tenth = everyNth(10);
    return {
      write: (lists, writeId) => {
        const more = lists.flat().filter((step) => step._tag === "Enqueue" && tenth());
        store.write([more.map((step) => ({ ...step, id: newMessageId() }))], newMessageId()).subscribe();
        return store.write(lists, writeId);
      },
    };
  },
  "gives what it gave to the consumer before": (store) => {
    const given = new Map<string, ReadonlyArray<Lease>>();
    return changingLeases((leases, { queue }) => {
      const again = leases.length > 0 ? leases : (given.get(queue) ?? []);
      given.set(queue, leases);
      return again;
    })(store);
  },
  "counts a message as ready that is not there": (store) => ({
    stats: (queue) => mapped(store.stats(queue), (stats) => ({ ...stats, ready: stats.ready + 1 })),
  }),
  "counts what is dead as acked": (store) => ({
    stats: (queue) => mapped(store.stats(queue), (stats) => ({ ...stats, acked: stats.acked + stats.dead, dead: 0 })),
  }),
  "counts what waits as ready": (store) => ({
    stats: (queue) =>
      mapped(store.stats(queue), (stats) => ({ ...stats, ready: stats.ready + stats.waiting, waiting: 0 })),
  }),
  "counts what is due as delayed": (store) => {
    let delayed = 0;
    return {
      ...changingEnqueues((step) => {
        if (step.delayMs > 0) delayed += 1;
        return step;
      })(store),
      stats: (queue) =>
        mapped(store.stats(queue), (stats) => {
          const wrong = Math.min(stats.ready, delayed);
          return { ...stats, ready: stats.ready - wrong, delayed: stats.delayed + wrong };
        }),
    };
  },
  "has one queue, whatever it is called": (store) => ({
    ...changingSteps((step) => ("queue" in step ? { ...step, queue: "one" } : step))(store),
    lease: (request) => store.lease({ ...request, queue: "one" }),
    stats: () => store.stats("one"),
  }),
  "cuts the name of a queue at its first colon": (store) => {
    const cut = (queue: string): string => queue.split(":")[0] ?? "";
    return {
      ...changingSteps((step) => ("queue" in step ? { ...step, queue: cut(step.queue) } : step))(store),
      lease: (request) => store.lease({ ...request, queue: cut(request.queue) }),
      stats: (queue) => store.stats(cut(queue)),
      peek: (request) => store.peek({ ...request, queue: cut(request.queue) }),
      blocked: (request) => store.blocked({ ...request, queue: cut(request.queue) }),
      deadLetters: (request) => store.deadLetters({ ...request, queue: cut(request.queue) }),
    };
  },
  "makes new ids": (store) => changingEnqueues((step) => ({ ...step, id: newMessageId() }))(store),
  "writes ids in small letters": changingEnqueues((step) => ({ ...step, id: step.id.toLowerCase() as MessageId })),
  "makes a new id for each delivery": changingLeases((leases) =>
    leases.map((lease) => (lease.attempt === 1 ? lease : { ...lease, id: newMessageId() })),
  ),
  "makes an empty key of none": changingLeases((leases) => leases.map((lease) => ({ ...lease, key: lease.key ?? "" }))),
  "tells the time of the lease as that of the enqueue": changingLeases((leases) =>
    leases.map((lease) => ({ ...lease, enqueuedAtMs: lease.leasedAtMs })),
  ),
  "keeps messages by their id, so that one of two with the same id is lost": (store) => {
    const ids = new Set<string>();
    return changingEnqueues((step) => {
      if (ids.has(step.id)) return undefined;
      ids.add(step.id);
      return step;
    })(store);
  },
  "keeps no headers": changingEnqueues((step) => ({ ...step, headers: undefined })),
  "gives headers a prototype": changingLeases((leases) =>
    leases.map((lease) => ({ ...lease, headers: Object.freeze({ ...lease.headers }) })),
  ),
  "keeps the caller's headers, not a copy": knowingEnqueued((known, store) =>
    changingLeases((leases) =>
      leases.map((lease) => ({ ...lease, headers: known.get(lease.id)?.headers ?? lease.headers })),
    )(store),
  ),
  "keeps texts up to their first NUL": changingEnqueues((step) => ({
    ...step,
    payload: step.payload.split("\u0000")[0] ?? "",
  })),
  "keeps keys as UTF-8": changingEnqueues((step) => ({
    ...step,
    key: step.key === undefined ? undefined : Buffer.from(step.key).toString(),
  })),
  "keeps headers as UTF-8": changingEnqueues((step) => ({
    ...step,
    headers: Object.fromEntries(
      Object.entries(step.headers ?? {}).map(([name, value]) => [Buffer.from(name).toString(), value]),
    ),
  })),
  "cannot unblock keys with a colon": (store) => ({
    unblock: (request, writeId) =>
      store.unblock(
        typeof request.target === "object" && "key" in request.target
          ? { ...request, target: { key: request.target.key.split(":")[0] ?? "" } }
          : request,
        writeId,
      ),
  }),
};
