/** Stores that serve people badly. */
import { defaultIfEmpty, forkJoin, map, mergeMap } from "rxjs";
import { v7 } from "uuid";
import { type Effect, effect, fromOne, succeed } from "../../../../../src/core/Effect.js";
import type { MessageId } from "../../../../../src/core/MessageId.js";
import type { Portion, Redriven, RedrivenLetter, StoredDeadLetter } from "../../../../../src/port/Inspect.js";
import type { Lease } from "../../../../../src/port/Lease.js";
import type { Store } from "../../../../../src/port/Store.js";
import { type Break, changingLeases, mapped } from "./BrokenStore.js";

/** Changes the leases of messages that were redriven or unblocked. */
const changingLater = (name: "redrive" | "unblock", change: (lease: Lease) => Lease): Break => {
  return (store) => {
    let touched = false;
    const noting: Partial<Store> =
      name === "redrive"
        ? { redrive: (request, writeId) => mapped(store.redrive(request, writeId), (redriven) => noted(redriven)) }
        : { unblock: (request, writeId) => mapped(store.unblock(request, writeId), (portion) => noted(portion)) };
    const noted = <P extends { readonly count: number }>(portion: P): P => {
      touched ||= portion.count > 0;
      return portion;
    };
    return { ...noting, ...changingLeases((leases) => (touched ? leases.map(change) : leases))(store) };
  };
};

/** Takes another letter than the one that was named. */
const redrivingInstead =
  (choose: (letters: ReadonlyArray<StoredDeadLetter>, named: RedrivenLetter) => StoredDeadLetter | undefined): Break =>
  (store) => ({
    redrive: (request, writeId) =>
      fromOne(
        store.deadLetters({ queue: request.queue, after: undefined, limit: 10_000 }).pipe(
          mergeMap(({ items }) => {
            const letters = request.letters.map((named) => {
              const { id, position } = choose(items, named) ?? named;
              return { id, position, payload: named.payload };
            });
            return store.redrive({ ...request, letters }, writeId);
          }),
        ),
      ),
  });

const latest = <T>(items: ReadonlyArray<T>, limit: number): ReadonlyArray<T> => [...items].reverse().slice(0, limit);

const one = (store: Store, request: Parameters<Store["unblock"]>[0], id: MessageId): Effect<Portion> =>
  store.unblock({ ...request, target: { id } }, v7());

const nothingLeft = ({ count }: Portion): Portion => ({ count, more: false });
const nothingBehind = (redriven: Redriven): Redriven => ({ ...redriven, next: undefined });

const none: Portion = { count: 0, more: false };

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
    setPaused: (request, writeId) => {
      if (!request.paused)
        store.unblock({ queue: request.queue, target: "queue", decision: "skip", limit: 100 }, v7()).subscribe();
      return store.setPaused(request, writeId);
    },
  }),
  "refuses settles while it is paused": (store) => {
    let paused = false;
    return {
      setPaused: (request, writeId) => {
        paused = request.paused;
        return store.setPaused(request, writeId);
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
        store.purge({ queue: request.queue, limit: peeked.length }, v7()).subscribe();
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
    purge: (request, writeId) => store.purge({ ...request, limit: Math.max(0, request.limit - 1) }, writeId),
  }),
  "purges without a limit": (store) => ({
    purge: (request, writeId) => store.purge({ ...request, limit: 1e9 }, writeId),
  }),
  "says that it purged": () => ({ purge: ({ limit }) => succeed({ count: limit, more: false }) }),
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
    unblock: (request, writeId) => store.unblock({ ...request, target: "all" }, writeId),
  }),
  "unblocks nothing by id": (store) => ({
    unblock: (request, writeId) =>
      typeof request.target === "object" && "id" in request.target ? succeed(none) : store.unblock(request, writeId),
  }),
  "says that it unblocked": (store) => ({
    unblock: (request, writeId) =>
      mapped(store.unblock(request, writeId), ({ count, more }) => ({ count: Math.max(1, count), more })),
  }),
  "unblocks the key of what halts the queue": (store) => ({
    unblock: (request, writeId) =>
      store.unblock(
        typeof request.target === "object" && "key" in request.target ? { ...request, target: "queue" } : request,
        writeId,
      ),
  }),
  "frees the queue with the first that is unblocked": (store) => ({
    unblock: (request, writeId) => {
      const first = store.unblock(request, writeId);
      return mapped(first, (portion) => {
        store.unblock({ ...request, target: "queue" }, v7()).subscribe();
        return portion;
      });
    },
  }),
  "unblocks without a limit": (store) => ({
    unblock: (request, writeId) => store.unblock({ ...request, limit: 1e9 }, writeId),
  }),
  "unblocks the latest first": (store) => ({
    unblock: (request, writeId) =>
      request.target === "all"
        ? fromOne(
            store.blocked({ queue: request.queue, after: undefined, limit: 10_000 }).pipe(
              mergeMap(({ items }) => forkJoin(latest(items, request.limit).map(({ id }) => one(store, request, id)))),
              defaultIfEmpty([]),
              map((portions) => ({ count: portions.length, more: false })),
            ),
          )
        : store.unblock(request, writeId),
  }),
  "unblocks one, and says that it was all": (store) => ({
    unblock: (request, writeId) =>
      mapped(store.unblock({ ...request, limit: 1 }, writeId), ({ count }) => ({ count, more: false })),
  }),
  "never says that something is left": (store) => ({
    unblock: (request, writeId) => mapped(store.unblock(request, writeId), nothingLeft),
    purge: (request, writeId) => mapped(store.purge(request, writeId), nothingLeft),
    redriveFrom: (request, writeId) => mapped(store.redriveFrom(request, writeId), nothingBehind),
  }),
  "purges a head, but not what waits behind it": (store) => ({
    purge: (request) =>
      effect((asker) => {
        let [count, more] = [0, request.limit > 0];
        while (more && count < request.limit)
          store.purge({ ...request, limit: 1 }, v7()).subscribe((portion) => {
            count += portion.count;
            ({ more } = portion);
          });
        asker.next({ count, more });
        asker.complete();
      }),
  }),
  "begins every walk over the dead letters at the front": (store) => ({
    redriveFrom: (request, writeId) => store.redriveFrom({ ...request, after: undefined }, writeId),
  }),
  "redrives all that it walks over": (store) => ({
    redriveFrom: (request, writeId) => store.redriveFrom({ ...request, ids: undefined }, writeId),
  }),
  "performs what people do again when it is sent again": (store) => ({
    setPaused: (request) => store.setPaused(request, v7()),
    unblock: (request) => store.unblock(request, v7()),
    redrive: (request) => store.redrive(request, v7()),
    redriveFrom: (request) => store.redriveFrom(request, v7()),
    purge: (request) => store.purge(request, v7()),
  }),
  "rejects what it should skip": (store) => ({
    unblock: (request, writeId) =>
      store.unblock({ ...request, decision: request.decision === "skip" ? "reject" : request.decision }, writeId),
  }),
  "skips what it should reject": (store) => ({
    unblock: (request, writeId) =>
      store.unblock({ ...request, decision: request.decision === "reject" ? "skip" : request.decision }, writeId),
  }),
  "skips what it should retry": (store) => ({
    unblock: (request, writeId) =>
      store.unblock({ ...request, decision: request.decision === "retry" ? "skip" : request.decision }, writeId),
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
  "redrives nothing": () => ({
    redrive: ({ letters }) => succeed({ count: letters.length, seen: letters.length, next: undefined }),
  }),
  "redrives in reverse": (store) => ({
    redrive: (request, writeId) => store.redrive({ ...request, letters: [...request.letters].reverse() }, writeId),
  }),
  "redrives with the former payload": (store) => ({
    redrive: (request, writeId) =>
      store.redrive(
        { ...request, letters: request.letters.map((letter) => ({ ...letter, payload: undefined })) },
        writeId,
      ),
  }),
  "takes an empty payload for none": (store) => ({
    redrive: (request, writeId) =>
      store.redrive(
        {
          ...request,
          letters: request.letters.map((letter) => ({ ...letter, payload: letter.payload || undefined })),
        },
        writeId,
      ),
  }),
  "redrives the oldest letter with that id": redrivingInstead((letters, { id }) =>
    letters.find((letter) => letter.id === id),
  ),
  "redrives whatever letter stands there": redrivingInstead((letters, { position }) =>
    letters.find((letter) => letter.position === position),
  ),
  "begins every page of dead letters at the front": (store) => ({
    deadLetters: (request) => store.deadLetters({ ...request, after: undefined }),
  }),
  "counts what it did not redrive": (store) => ({
    redrive: (request, writeId) =>
      mapped(store.redrive(request, writeId), (redriven) => ({ ...redriven, count: request.letters.length })),
  }),
};

const less = (position: string | undefined): string | undefined =>
  position === undefined ? undefined : String(Number(position) - 1);
