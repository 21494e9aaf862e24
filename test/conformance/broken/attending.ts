/** Stores that serve people badly. */
import { concat, mergeMap, reduce } from "rxjs";
import { fromOne, succeed } from "../../../src/core/Effect.js";
import type { Lease } from "../../../src/store/Lease.js";
import type { Store } from "../../../src/store/Store.js";
import { type Break, changingLeases, mapped } from "./BrokenStore.js";

/** Changes the leases of messages that were redriven or unblocked. */
const changingLater = (name: "redrive" | "unblock", change: (lease: Lease) => Lease): Break => {
  return (store) => {
    let touched = false;
    const noting: Partial<Store> =
      name === "redrive"
        ? { redrive: (request) => mapped(store.redrive(request), (count) => noted(count)) }
        : { unblock: (request) => mapped(store.unblock(request), (count) => noted(count)) };
    const noted = (count: number): number => {
      touched ||= count > 0;
      return count;
    };
    return { ...noting, ...changingLeases((leases) => (touched ? leases.map(change) : leases))(store) };
  };
};

export const attending: Readonly<Record<string, Break>> = {
  "pauses nothing": (store) => ({ setPaused: () => succeed(undefined), stats: store.stats }),
  "says that it pauses": (store) => {
    let told = false;
    return {
      setPaused: ({ paused }) => {
        told = paused;
        return succeed(undefined);
      },
      stats: (queue) => mapped(store.stats(queue), (stats) => ({ ...stats, paused: told })),
    };
  },
  "frees a halted queue at the end of a pause": (store) => ({
    setPaused: (request) => {
      if (!request.paused)
        store.unblock({ queue: request.queue, target: "queue", decision: "skip", limit: 100 }).subscribe();
      return store.setPaused(request);
    },
  }),
  "refuses settles while it is paused": (store) => {
    let paused = false;
    return {
      setPaused: (request) => {
        paused = request.paused;
        return store.setPaused(request);
      },
      write: (lists, writeId) =>
        store.write(
          paused
            ? lists.map((steps) => steps.map((step) => (step._tag === "Settle" ? { ...step, token: "paused" } : step)))
            : lists,
          writeId,
        ),
    };
  },
  "peeks at the latest": (store) => ({
    peek: (request) => mapped(store.peek(request), (peeked) => [...peeked].reverse()),
  }),
  "takes what it peeks at": (store) => ({
    peek: (request) =>
      mapped(store.peek(request), (peeked) => {
        store.purge({ queue: request.queue, limit: peeked.length }).subscribe();
        return peeked;
      }),
  }),
  "shows no headers": (store) => ({
    peek: (request) => mapped(store.peek(request), (peeked) => peeked.map((message) => ({ ...message, headers: {} }))),
    blocked: (request) =>
      mapped(store.blocked(request), (page) => ({
        ...page,
        items: page.items.map((block) => ({ ...block, headers: {} })),
      })),
    deadLetters: (request) =>
      mapped(store.deadLetters(request), (page) => ({
        ...page,
        items: page.items.map((letter) => ({ ...letter, headers: {} })),
      })),
  }),
  "purges all but the last": (store) => ({
    purge: (request) => store.purge({ ...request, limit: Math.max(0, request.limit - 1) }),
  }),
  "purges without a limit": (store) => ({ purge: (request) => store.purge({ ...request, limit: 1e9 }) }),
  "says that it purged": () => ({ purge: ({ limit }) => succeed(limit) }),
  "lists the latest first": (store) => ({
    blocked: (request) => mapped(store.blocked(request), (page) => ({ ...page, items: [...page.items].reverse() })),
    deadLetters: (request) =>
      mapped(store.deadLetters(request), (page) => ({ ...page, items: [...page.items].reverse() })),
  }),
  "counts pages from the front": (store) => ({
    deadLetters: ({ queue, after, limit }) =>
      mapped(store.deadLetters({ queue, after: undefined, limit: 10_000 }), ({ items }) => {
        const start = Number(after ?? 0);
        const end = start + limit;
        return { items: items.slice(start, end), next: end < items.length ? String(end) : undefined };
      }),
  }),
  "repeats the last of a page": (store) => ({
    blocked: (request) => mapped(store.blocked(request), (page) => ({ ...page, next: less(page.next) })),
  }),
  "gives no more than one page": (store) => ({
    blocked: (request) => mapped(store.blocked(request), (page) => ({ ...page, next: undefined })),
    deadLetters: (request) => mapped(store.deadLetters(request), (page) => ({ ...page, next: undefined })),
  }),
  "unblocks whatever is blocked": (store) => ({
    unblock: (request) => store.unblock({ ...request, target: "all" }),
  }),
  "unblocks nothing by id": (store) => ({
    unblock: (request) =>
      typeof request.target === "object" && "id" in request.target ? succeed(0) : store.unblock(request),
  }),
  "says that it unblocked": (store) => ({
    unblock: (request) => mapped(store.unblock(request), (count) => Math.max(1, count)),
  }),
  "unblocks the key of what halts the queue": (store) => ({
    unblock: (request) =>
      store.unblock(
        typeof request.target === "object" && "key" in request.target ? { ...request, target: "queue" } : request,
      ),
  }),
  "frees the queue with the first that is unblocked": (store) => ({
    unblock: (request) => {
      const first = store.unblock(request);
      return mapped(first, (count) => {
        store.unblock({ ...request, target: "queue" }).subscribe();
        return count;
      });
    },
  }),
  "unblocks without a limit": (store) => ({ unblock: (request) => store.unblock({ ...request, limit: 1e9 }) }),
  "unblocks one": (store) => ({ unblock: (request) => store.unblock({ ...request, limit: 1 }) }),
  "rejects what it should skip": (store) => ({
    unblock: (request) =>
      store.unblock({ ...request, decision: request.decision === "skip" ? "reject" : request.decision }),
  }),
  "skips what it should reject": (store) => ({
    unblock: (request) =>
      store.unblock({ ...request, decision: request.decision === "reject" ? "skip" : request.decision }),
  }),
  "skips what it should retry": (store) => ({
    unblock: (request) =>
      store.unblock({ ...request, decision: request.decision === "retry" ? "skip" : request.decision }),
  }),
  "goes on counting attempts after unblock": changingLater("unblock", (lease) => ({
    ...lease,
    attempt: lease.attempt + 1,
  })),
  "goes on counting attempts after redrive": changingLater("redrive", (lease) => ({
    ...lease,
    attempt: lease.attempt + 1,
  })),
  "forgets when a redriven message was first enqueued": changingLater("redrive", (lease) => ({
    ...lease,
    firstEnqueuedAtMs: lease.enqueuedAtMs,
  })),
  "redrives nothing": () => ({ redrive: ({ letters }) => succeed(letters.length) }),
  "redrives in reverse": (store) => ({
    redrive: (request) => store.redrive({ ...request, letters: [...request.letters].reverse() }),
  }),
  "redrives with the former payload": (store) => ({
    redrive: (request) =>
      store.redrive({ ...request, letters: request.letters.map(({ position }) => ({ position, payload: undefined })) }),
  }),
  "takes an empty payload for none": (store) => ({
    redrive: (request) =>
      store.redrive({
        ...request,
        letters: request.letters.map(({ position, payload }) => ({ position, payload: payload || undefined })),
      }),
  }),
  "redrives the oldest letter of an id": (store) => ({
    redrive: (request) =>
      fromOne(
        store.deadLetters({ queue: request.queue, after: undefined, limit: 1_000 }).pipe(
          mergeMap(({ items }) => {
            const idAt = (position: string) => items.find((letter) => letter.position === position)?.id;
            const oldest = (position: string) => items.find(({ id }) => id === idAt(position))?.position ?? position;
            const letters = request.letters.map(({ position, payload }) => ({ position: oldest(position), payload }));
            return store.redrive({ ...request, letters });
          }),
        ),
      ),
  }),
  "unblocks the oldest first to run again": (store) => ({
    unblock: (request) =>
      request.decision !== "retry" || request.target !== "all"
        ? store.unblock(request)
        : fromOne(
            store.blocked({ queue: request.queue, after: undefined, limit: Math.max(1, request.limit) }).pipe(
              mergeMap(({ items }) =>
                concat(
                  ...[...items].reverse().map(({ id }) => store.unblock({ ...request, target: { id }, limit: 1 })),
                ),
              ),
              reduce((sum, count) => sum + count, 0),
            ),
          ),
  }),
  "counts what it did not redrive": (store) => ({
    redrive: (request) => mapped(store.redrive(request), () => request.letters.length),
  }),
};

const less = (position: string | undefined): string | undefined =>
  position === undefined ? undefined : String(Number(position) - 1);
