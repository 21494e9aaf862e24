/** Stores that do not wake whom they should, or keep what they should not. */
import { Subscription } from "rxjs";
import { soon } from "../../../../../src/core/Clock.js";
import { type Effect, effect, fail, fromOne } from "../../../../../src/core/Effect.js";
import { storeClosed } from "../../../../../src/core/SluiceError.js";
import type { Lease, LeaseRequest } from "../../../../../src/port/Lease.js";
import { type Break, changingRequests } from "./BrokenStore.js";

/** What a store may listen to. */
type Hint = "enqueue" | "settle" | "setPaused" | "unblock" | "redrive" | "leave" | "time";

const hints: ReadonlyArray<Hint> = ["enqueue", "settle", "setPaused", "unblock", "redrive", "leave", "time"];

/** A store that looks for those who wait when it hears something, and hears everything but these. */
const deafTo =
  (...deaf: ReadonlyArray<Hint>): Break =>
  (store) => {
    const looks = new Set<() => void>();
    const hears = (hint: Hint): boolean => hints.includes(hint) && !deaf.includes(hint);
    const heard = <A>(hint: Hint, call: Effect<A>): Effect<A> =>
      effect((asker) =>
        call.subscribe({
          next: (value) => asker.next(value),
          error: (error: unknown) => asker.error(error),
          complete: () => {
            asker.complete();
            if (hears(hint) && looks.size > 0)
              store.scheduler.schedule(() => {
                for (const look of [...looks]) look();
              });
          },
        }),
      );
    const lease = (request: LeaseRequest): Effect<ReadonlyArray<Lease>> =>
      effect((asker) => {
        const subscription = new Subscription();
        const end = (leases: ReadonlyArray<Lease>): void => {
          subscription.unsubscribe();
          asker.next(leases);
          asker.complete();
        };
        const look = (): void => {
          store.lease({ ...request, waitMsMax: 0 }).subscribe((leases) => leases.length > 0 && end(leases));
        };
        subscription.add(() => looks.delete(look));
        looks.add(look);
        look();
        if (asker.closed) return subscription;
        const tick = (waitedMs: number): void => {
          if (waitedMs >= request.waitMsMax) end([]);
          else {
            subscription.add(store.scheduler.schedule(() => tick(waitedMs + 5), 5));
            if (hears("time")) look();
          }
        };
        tick(0);
        return subscription;
      });
    return {
      lease: (request) => (request.waitMsMax > 0 ? lease(request) : store.lease(request)),
      write: (lists, writeId) =>
        heard(
          lists.some((steps) => steps.some(({ _tag }) => _tag === "Settle")) ? "settle" : "enqueue",
          store.write(lists, writeId),
        ),
      setPaused: (request, writeId) => heard("setPaused", store.setPaused(request, writeId)),
      unblock: (request, writeId) => heard("unblock", store.unblock(request, writeId)),
      redrive: (request, writeId) => heard("redrive", store.redrive(request, writeId)),
      leave: (request) => heard("leave", store.leave(request)),
    };
  };

export const sleeping: Readonly<Record<string, Break>> = {
  "wakes nobody": deafTo(...hints),
  "wakes nobody for an enqueue": deafTo("enqueue", "time"),
  "wakes nobody for a settle": deafTo("settle", "time"),
  "wakes nobody when time has come": deafTo("time"),
  "wakes nobody at the end of a pause": deafTo("setPaused", "time"),
  "wakes nobody for what is unblocked": deafTo("unblock", "time"),
  "wakes nobody for what is redriven": deafTo("redrive", "time"),
  "wakes nobody when the owner leaves": deafTo("leave", "time"),
  "waits even if something is ready": (store) => ({
    lease: (request) =>
      request.waitMsMax === 0
        ? store.lease(request)
        : effect((asker) => {
            const subscription = store.scheduler.schedule(
              () => subscription.add(store.lease(request).subscribe(asker)),
              5_000,
            );
            return subscription;
          }),
  }),
  "waits a tenth of the time": changingRequests((request) => ({ ...request, waitMsMax: request.waitMsMax / 10 })),
  "waits without end": changingRequests((request) => ({
    ...request,
    waitMsMax: request.waitMsMax > 0 ? Number.POSITIVE_INFINITY : 0,
  })),
  "waits a moment where it should wait without end": changingRequests((request) => ({
    ...request,
    waitMsMax: request.waitMsMax === Number.POSITIVE_INFINITY ? 1 : request.waitMsMax,
  })),
  "takes messages for those who went away": (store) => ({
    lease: (request) =>
      effect((asker) => {
        // Never unsubscribed.
        store.lease(request).subscribe((leases) => {
          asker.next(leases);
          asker.complete();
        });
      }),
  }),
  "leaves a timer behind": (store) => {
    store.scheduler.schedule(() => undefined, 60_000);
    return {};
  },
  "keeps those who wait when it is closed": (store) => ({ close: () => fromOne(store.ready()) }),
  "takes nothing more at once when it is closed": (store) => {
    let closed = false;
    return {
      write: (lists, writeId) => (closed ? fail(storeClosed()) : store.write(lists, writeId)),
      close: () =>
        effect((asker) => {
          closed = true;
          store.close().subscribe(asker);
        }),
    };
  },
  "takes anything until the turn in which it is closed is over": (store) => ({
    close: () => effect((asker) => soon(store.scheduler, () => store.close().subscribe(asker))),
  }),
};
