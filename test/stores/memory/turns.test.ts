/** The memory store shares the event loop with everybody else. */
import * as t from "io-ts";
import { concatMap, retry, VirtualTimeScheduler } from "rxjs";
import { describe, expect, it } from "vitest";
import { queue } from "../../../src/queue/makeQueue.js";
import type { Queue } from "../../../src/queue/Queue.js";
import { memoryStore } from "../../../src/stores/memory/memoryStore.js";

const texts = (): Queue<string> => queue(memoryStore(), { name: "texts", codec: t.string });

/** A loop that ends with the first timer. */
const untilTimer = async (step: () => PromiseLike<unknown>): Promise<void> => {
  let over = false;
  setTimeout(() => {
    over = true;
  }, 1);
  while (!over) await step();
};

describe("a loop over a memory store", () => {
  it.each<[string, (q: Queue<string>) => PromiseLike<unknown>]>([
    ["stats", (q) => q.stats()],
    ["receive", (q) => q.receive({ max: 1 })],
    ["enqueue", (q) => q.enqueue("a")],
    ["peek", (q) => q.peek()],
  ])("of %s lets timers through", async (_, step) => {
    const q = texts();
    await untilTimer(() => step(q));
  });

  it("of calls made in one turn is answered in their order, and takes effect in it", async () => {
    const q = texts();
    const answers: Array<number> = [];
    const all = Array.from({ length: 250 }, async (_, i) => {
      await q.enqueue(String(i));
      answers.push(i);
    });
    expect(answers).toEqual([]);
    await Promise.all(all);
    expect(answers).toEqual(Array.from({ length: 250 }, (_, i) => i));
    expect((await q.peek({ limit: 250 })).map(({ json }) => json)).toEqual(answers.map(String));
  });

  it("takes nothing for a lease that is unsubscribed before its answer", async () => {
    const q = texts();
    await q.enqueueAll(Array.from({ length: 200 }, String));
    for (let i = 0; i < 150; i++) q.receive({ max: 1 }).subscribe().unsubscribe();
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    const { leased, ready } = await q.stats();
    expect(leased).toBeLessThanOrEqual(100);
    expect(leased + ready).toBe(200);
  });
});

describe("a stream that throws at each message and is subscribed to again at once", () => {
  const failing = (q: Queue<string>): { readonly thrown: () => number; readonly end: () => void } => {
    let thrown = 0;
    const subscription = q
      .messages()
      .pipe(
        concatMap(() => {
          thrown += 1;
          throw new Error("broke");
        }),
        retry(),
      )
      .subscribe();
    return { thrown: () => thrown, end: () => subscription.unsubscribe() };
  };

  it("lets timers through and does not overflow the stack", async () => {
    const q = texts();
    await q.enqueue("a");
    const { thrown, end } = failing(q);
    await new Promise((resolve) => setTimeout(resolve, 20));
    end();
    expect(thrown()).toBeGreaterThan(1);
    await new Promise((resolve) => setImmediate(resolve));
    const { ready, dead, leased } = await q.stats();
    expect([ready + dead, leased]).toEqual([1, 0]); // a thousand vain deliveries end it
  });

  it("does not overflow the stack on virtual time, either", () => {
    const scheduler = new VirtualTimeScheduler(undefined, 0);
    const q = queue(memoryStore({ scheduler }), { name: "texts", codec: t.string });
    // Each is dead after a thousand deliveries, and none before, as only the first is touched.
    q.enqueueAll(Array.from({ length: 20 }, String)).subscribe();
    let left = 20_000;
    const errors: Array<unknown> = [];
    const subscription = q
      .messages()
      .pipe(
        concatMap(() => {
          left -= 1;
          if (left === 0) subscription.unsubscribe();
          throw new Error("broke");
        }),
        retry(),
      )
      .subscribe({ error: (error: unknown) => errors.push(error) });
    scheduler.flush();
    expect([left, errors]).toEqual([0, []]);
    q.stats().subscribe(({ dead, ready }) => expect([dead, ready]).toEqual([19, 1]));
  });
});
