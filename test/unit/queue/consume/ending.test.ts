/** What waits behind works in an operator does not begin when all of them end together. */
import { NEVER, Subject, tap } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Message } from "../../../../src/core/Message.js";
import { batch } from "../../../../src/operators/batch.js";
import { handle } from "../../../../src/operators/handle.js";
import { handleBatch } from "../../../../src/operators/handleBatch.js";
import { settle } from "../../../../src/operators/settle.js";
import { scene, steal, watch } from "../scene.js";

const LEASE_MS = 9_000;

describe("what waits behind a work", () => {
  it.each([0, 300])("does not begin at the end of a stop, stopMsMax %i", (stopMsMax) => {
    const s = scene();
    s.fill(10);
    const stop$ = new Subject<void>();
    const begun: Array<number> = [];
    const consumer = watch(
      s.queue.messages({ prefetch: 10, stop$, stopMsMax }).pipe(
        handle(
          ({ data }) => {
            begun.push(data);
            return NEVER;
          },
          { concurrency: 1 },
        ),
        settle(),
      ),
    );
    s.clock.settle();
    stop$.next();
    s.clock.advance(stopMsMax + 1);
    expect(begun).toEqual([0]);
    expect(consumer.completed).toBe(1);
    expect(s.stats()).toMatchObject({ ready: 10, leased: 0 });
  });

  it("does not begin at the end of a stop, in batches", () => {
    const s = scene();
    s.fill(20);
    const stop$ = new Subject<void>();
    let begun = 0;
    watch(
      s.queue.messages({ prefetch: 20, stop$, stopMsMax: 0 }).pipe(
        batch({ sizeMax: 2 }),
        handleBatch(
          () => {
            begun += 1;
            return NEVER;
          },
          { concurrency: 1 },
        ),
        settle(),
      ),
    );
    s.clock.settle();
    stop$.next();
    s.clock.settle();
    expect(begun).toBe(1);
    expect(s.stats()).toMatchObject({ ready: 20, leased: 0 });
  });

  it("does not begin where all of their leases are gone", () => {
    const s = scene({ leaseMs: LEASE_MS });
    s.fill(10);
    const seen: Array<Message<number>> = [];
    const begun: Array<readonly [data: number, attempt: number]> = [];
    watch(
      s.queue.messages({ prefetch: 10 }).pipe(
        tap((message) => seen.push(message)),
        handle(
          ({ data, attempt }) => {
            begun.push([data, attempt]);
            return NEVER;
          },
          { concurrency: 1 },
        ),
        settle(),
      ),
    );
    s.clock.settle();
    for (const message of seen.slice(0, 10)) steal(s, message);
    s.clock.advance(LEASE_MS / 3);
    // The first comes again, to free hands.
    expect(begun).toEqual([
      [0, 1],
      [0, 2],
    ]);
  });
});
