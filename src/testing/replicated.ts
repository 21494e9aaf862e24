/**
 * A server with a replica that gets every write a moment later, until a test holds it up. Then the server fails, and the replica takes over
 * with what it has: what was confirmed since is gone. A server that is restored from an older file does the same.
 *
 * The replica is a copy of what the store keeps, made when replication stops. Before that it would be the same, so there is none.
 */
import { type SchedulerLike, Subject } from "rxjs";
import { type Asker, type Effect, effect } from "../core/Effect.js";
import { storeUnavailable } from "../core/SluiceError.js";
import type { Store } from "../port/Store.js";
import type { StoreEvent } from "../port/StoreEvent.js";
import { viewOf } from "../port/viewOf.js";
import { replaceableMemoryStore } from "../stores/memory/memoryStore.js";
import type { StoreContents } from "../stores/memory/write/StoreContents.js";
import { eventsOfBoth } from "./eventsOfBoth.js";

/**
 * How the server behind all clients of a simulation fails: as a Redis does whose replica takes over before it has what was written last, or
 * that is restored from an older file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as t from "io-ts";
 * import { queue } from "sluice";
 * import { simulate } from "sluice/testing";
 *
 * await simulate(async ({ store, stopReplication, failover }) => {
 *   const mails = queue(store, { name: "mails", codec: t.string });
 *   await mails.enqueue("first");
 *   stopReplication();
 *   await mails.enqueue("second"); // confirmed, and never replicated
 *   failover();
 *   assert.equal((await mails.stats()).enqueued, 1);
 * });
 * ```
 */
export interface Replication {
  /**
   * From now on nothing that is written reaches the replica: the next `failover` loses it. Copies what the store keeps now. Has no effect
   * where replication is stopped already.
   */
  readonly stopReplication: () => void;
  /**
   * The server dies, and its replica takes over with what it has: everything up to `stopReplication`, or all where that was not called.
   * Messages, events and records that were confirmed since are gone, what was settled is back, and leases given since are unknown. Calls
   * that wait fail with `StoreUnavailable`, and whoever made them asks again. Says `StoreDown`, then `StoreUp`. The new server has a new
   * replica, which is up to date.
   */
  readonly failover: () => void;
}

export interface Replicated extends Replication {
  readonly store: Store;
}

/** A fresh memory store on this clock, with a replica. */
export const replicated = (scheduler: SchedulerLike): Replicated => {
  const server = replaceableMemoryStore(scheduler);
  const events$ = new Subject<StoreEvent>();
  const waiting = new Set<() => void>();
  let replica: StoreContents | undefined;

  /** A call that may wait, and ends with the connection. */
  const ending = <A>(run: () => Effect<A>): Effect<A> =>
    effect((asker: Asker<A>) => {
      const call = run().subscribe({
        next: (value) => asker.next(value),
        error: (error: unknown) => asker.error(error),
        complete: () => asker.complete(),
      });
      const end = (): void => {
        call.unsubscribe();
        asker.error(storeUnavailable(new Error("the server failed, as the test wants it")));
      };
      if (!call.closed) waiting.add(end);
      return () => {
        waiting.delete(end);
        call.unsubscribe();
      };
    });

  return {
    store: viewOf(server, {
      events$: eventsOfBoth(server.events$, events$),
      around: (run, { kind }) => (kind === "lease" || kind === "wait" ? ending(run) : run()),
    }),
    stopReplication: () => {
      replica ??= server.contents.copy();
    },
    failover: () => {
      const ended = [...waiting];
      const promoted = replica;
      replica = undefined;
      events$.next({ _tag: "StoreDown", cause: new Error("the server failed, as the test wants it") });
      // Whoever is told may ask again at once, and is answered by the new server.
      if (promoted !== undefined) server.replace(promoted);
      for (const end of ended) end();
      events$.next({ _tag: "StoreUp" });
    },
  };
};
