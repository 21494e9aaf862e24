/**
 * A client's view of a store, which fails as networks and processes do: replies get lost, the store is out of reach, the client
 * dies. The store behind it works as ever; only this view of it breaks.
 */
import { type Observer, Subject, Subscription } from "rxjs";
import { type Asker, type Effect, effect } from "../core/Effect.js";
import { storeUnavailable } from "../core/SluiceError.js";
import type { Store } from "../port/Store.js";
import type { StoreEvent } from "../port/StoreEvent.js";
import { viewOf } from "../port/viewOf.js";
import { eventsOfBoth } from "./eventsOfBoth.js";
import { missedHints } from "./missedHints.js";

/** The faults of one view. */
export interface Faults {
  /**
   * The store performs the next `count` (default 1) calls that change something (writes, and what people do with a queue),
   * and their replies never arrive: they fail with `StoreUnavailable`.
   */
  readonly dropReply: (count?: number) => void;
  /**
   * Whoever waits in this view now (consumers, feeds, the runs of projections and brokers) misses what would wake it, as where a hint
   * between processes is lost. Each looks again by itself 2 s later.
   */
  readonly dropHints: () => void;
  /** From now on no call reaches the store: each fails with `StoreUnavailable`. Says `StoreDown`. */
  readonly disconnect: () => void;
  /** Calls reach the store again. Says `StoreUp`. */
  readonly reconnect: () => void;
  /** The process behind this view dies: no call reaches the store any more, and none is answered. Leases stay until they expire. */
  readonly crash: () => void;
}

/** A store, and the ways to break this view of it. */
export interface FaultyStore {
  readonly store: Store;
  readonly faults: Faults;
}

type Link = "up" | "down" | "dead";

/** A reply that gets lost. */
const dropped = <A>(asker: Asker<A>): Observer<A> => ({
  next: () => undefined,
  error: (error: unknown) => asker.error(error),
  complete: () => asker.error(storeUnavailable(new Error("the reply was dropped, as the test wants it"))),
});

/** A view of a store that can be broken. Closing the view closes the store. */
export const faultyStore = (inner: Store): FaultyStore => {
  let link: Link = "up";
  let repliesToDrop = 0;
  const events$ = new Subject<StoreEvent>();
  const connection = new Subscription();
  const hints = missedHints(inner.scheduler);
  const cause = new Error("the connection is down, as the test wants it");

  /** Passes a call on if the link is up. Its answer arrives only if the link is still up then. */
  const linked = <A>(call: () => Effect<A>): Effect<A> =>
    effect((asker) => {
      if (link === "dead") return undefined;
      if (link === "down") {
        asker.error(storeUnavailable(cause));
        return undefined;
      }
      const subscription = call().subscribe({
        next: (value) => {
          if (link === "up") asker.next(value);
        },
        error: (error: unknown) => {
          if (link === "up") asker.error(error);
        },
        complete: () => {
          if (link === "up") asker.complete();
          else if (link === "down") asker.error(storeUnavailable(cause));
        },
      });
      connection.add(subscription);
      return () => {
        connection.remove(subscription);
        subscription.unsubscribe();
      };
    });

  /** A call whose reply may get lost. */
  const changing = <A>(call: () => Effect<A>): Effect<A> =>
    effect((asker) => {
      const drop = link === "up" && repliesToDrop > 0;
      if (drop) repliesToDrop -= 1;
      linked(call).subscribe(drop ? dropped(asker) : asker);
    });

  return {
    store: viewOf(inner, {
      events$: eventsOfBoth(inner.events$, events$),
      around: (run, { kind }) => {
        if (kind === "close") return run();
        if (kind === "change") return changing(run);
        return linked(kind === "lease" || kind === "wait" ? () => hints.passing(run) : run);
      },
    }),
    faults: {
      dropReply: (count = 1) => {
        repliesToDrop += count;
      },
      dropHints: () => hints.miss(),
      disconnect: () => {
        link = "down";
        events$.next({ _tag: "StoreDown", cause });
      },
      reconnect: () => {
        link = "up";
        events$.next({ _tag: "StoreUp" });
      },
      crash: () => {
        link = "dead";
        // The connection of a dead process closes, and the server ends the calls that came over it.
        connection.unsubscribe();
      },
    },
  };
};
