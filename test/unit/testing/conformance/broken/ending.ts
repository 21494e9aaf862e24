/** Stores that begin, end or tell of themselves badly. */
import { EMPTY, finalize, NEVER, Observable, type SchedulerLike, Subject, Subscription } from "rxjs";
import { soon } from "../../../../../src/core/Clock.js";
import { type Effect, effect, fail, fromOne, succeed } from "../../../../../src/core/Effect.js";
import { storeClosed, storeUnavailable } from "../../../../../src/core/SluiceError.js";
import { idFrom } from "../../../../../src/core/Sources.js";
import { callKinds } from "../../../../../src/port/calls.js";
import type { Store } from "../../../../../src/port/Store.js";
import type { StoreEvent } from "../../../../../src/port/StoreEvent.js";
import { viewOf } from "../../../../../src/port/viewOf.js";
import type { Break } from "./BrokenStore.js";

/** What a store that has a close of its own does at each close. */
const closing =
  (parts: Partial<Store>, onClose: () => void = () => undefined): Break =>
  (store) => ({
    ...parts,
    close: () =>
      effect((asker) => {
        onClose();
        return store.close().subscribe(asker);
      }),
  });

/** Every call goes through `around`, but for `close`. */
const passing = (store: Store, around: <A>(run: () => Effect<A>, name: string) => Effect<A>): Partial<Store> => {
  const view = viewOf(store, { around: (run, { name }) => around(run, name) });
  return { ...view, close: store.close };
};

const later = <A>(scheduler: SchedulerLike, source: Observable<A>, delayMs: number): Effect<A> =>
  effect((asker) => scheduler.schedule(() => source.subscribe(asker), delayMs));

interface ClockParts {
  readonly now?: () => number;
  readonly schedule?: (run: () => void, delayMs: number) => Subscription;
}

/** The store's clock, changed for what stands upon the store; the store itself goes by its own. */
const clock = (
  scheduler: SchedulerLike,
  { now = () => scheduler.now(), schedule = (run, delayMs) => scheduler.schedule(run, delayMs) }: ClockParts,
): SchedulerLike => ({
  now,
  // What is scheduled here asks for no state.
  schedule: (work: unknown, delayMs = 0) => schedule(work as () => void, delayMs),
});

export const ending: Readonly<Record<string, Break>> = {
  "is ready without a word": () => ({ ready: () => effect((asker) => asker.complete()) }),
  "is ready for the first two who ask": (store) => {
    let asked = 0;
    return { ready: () => (asked++ < 2 ? store.ready() : fail(storeUnavailable("asked before"))) };
  },
  "refuses whoever did not ask whether it is ready": (store) => {
    let ready = false;
    return passing(store, (run, name) => {
      if (name !== "ready" && !ready) return fail(storeUnavailable("not ready"));
      return fromOne(
        run().pipe(
          finalize(() => {
            ready ||= name === "ready";
          }),
        ),
      );
    });
  },
  "does what nobody subscribes to": (store) =>
    closing({
      write: (lists, writeId) => {
        const write = store.write(lists, writeId);
        write.subscribe();
        return write;
      },
    })(store),
  "closes where nobody subscribes to it": (store) => ({
    close: () => {
      const close = store.close();
      close.subscribe();
      return close;
    },
  }),
  "tells no events": closing({ events$: EMPTY }),
  "ends its events with the first who goes": (store) => {
    const events = new Subject<StoreEvent>();
    return closing(
      {
        events$: new Observable((subscriber) => {
          subscriber.add(events.subscribe(subscriber));
          return () => events.complete();
        }),
      },
      () => events.complete(),
    )(store);
  },
  "goes on with its events when it is closed": closing({ events$: NEVER }),
  "fails its events when it is closed": (store) => {
    const events = new Subject<StoreEvent>();
    return closing({ events$: events }, () => events.error(storeClosed()))(store);
  },
  "has a capability that is neither": (store) =>
    closing({ capabilities: { ...store.capabilities, hints: undefined as unknown as boolean } })(store),
  "can do less once it is closed": (store) => {
    let open = true;
    const capabilities = Object.defineProperty({ ...store.capabilities }, "hints", { get: () => open });
    return closing({ capabilities }, () => {
      open = false;
    })(store);
  },
  "makes ids in capitals": (store) => ({ newId: () => idFrom(store).toUpperCase() }),
  "makes every id twice": (store) => {
    let last: string | undefined;
    return {
      newId: () => {
        const id = last ?? idFrom(store);
        last = last === undefined ? id : undefined;
        return id;
      },
    };
  },
  "makes ids that sort the other way": (store) => {
    let left = 0xffff_ffff;
    return { newId: () => (left--).toString(16) + idFrom(store).slice(8) };
  },
  "runs at once what is scheduled for later": ({ scheduler }) => ({
    scheduler: clock(scheduler, { schedule: (run) => scheduler.schedule(run, 0) }),
  }),
  "runs what was taken off its clock": ({ scheduler }) => ({
    scheduler: clock(scheduler, {
      schedule: (run, delayMs) => {
        scheduler.schedule(run, delayMs);
        return new Subscription();
      },
    }),
  }),
  "has a clock that goes twice as fast": ({ scheduler }) => ({
    scheduler: clock(scheduler, { now: () => 2 * scheduler.now() }),
  }),
  "refuses a second close": (store) => {
    let closes = 0;
    return { close: () => effect((asker) => (++closes === 2 ? fail(storeClosed()) : store.close()).subscribe(asker)) };
  },
  "is closed before it answers its writes": (store) =>
    closing({ write: (lists, writeId) => later(store.scheduler, store.write(lists, writeId), 1) })(store),
  "answers no write once it is closing": (store) => {
    let closed = false;
    return closing(
      {
        write: (lists, writeId) =>
          effect((asker) =>
            store.write(lists, writeId).subscribe((answers) => {
              soon(store.scheduler, () => {
                if (closed) return;
                asker.next(answers);
                asker.complete();
              });
            }),
          ),
      },
      () => {
        closed = true;
      },
    )(store);
  },
  "takes no more than settlements when it is closing": (store) => {
    let closed = false;
    return closing(
      {
        write: (lists, writeId) =>
          effect((asker) => {
            const mixed = lists.some((steps) => steps.some(({ _tag }) => _tag !== "Settle"));
            return (closed && mixed ? fail(storeClosed()) : store.write(lists, writeId)).subscribe(asker);
          }),
        leave: (consumer) => effect((asker) => (closed ? fail(storeClosed()) : store.leave(consumer)).subscribe(asker)),
      },
      () => {
        closed = true;
      },
    )(store);
  },
  ...Object.fromEntries(
    Object.keys(callKinds)
      .filter((name) => name !== "close")
      .map((name) => [`answers ${name} when it is closed`, stillAnswering(name)]),
  ),
};

/** Answers this call as if it were open. */
function stillAnswering(name: string): Break {
  return (store) => closing({ [name]: () => succeed(name === "stats" ? {} : []) })(store);
}
