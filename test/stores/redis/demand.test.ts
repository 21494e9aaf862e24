/** Consumers with default options behind two store handles, as in two processes, on one Redis. */
import * as t from "io-ts";
import { Subject, take, timer } from "rxjs";
import { afterEach, describe, expect, inject, it } from "vitest";
import { handle } from "../../../src/operators/handle.js";
import { settle } from "../../../src/operators/settle.js";
import type { Store } from "../../../src/port/Store.js";
import { queue } from "../../../src/queue/makeQueue.js";
import type { Queue } from "../../../src/queue/Queue.js";
import { redisStore } from "../../../src/stores/redis/redisStore.js";
import { until } from "./bench.js";
import { cleanUp, newNamespace } from "./namespace.js";

const url = inject("redisUrl");
const ends: Array<() => unknown> = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const handles = (count: number): ReadonlyArray<Queue<number>> => {
  const namespace = newNamespace();
  ends.push(() => cleanUp(url, namespace));
  return Array.from({ length: count }, () => {
    const store: Store = redisStore(url, { namespace });
    ends.push(() => store.close());
    return queue(store, { name: "numbers", codec: t.number });
  });
};

/** A consumer whose works end when they are told to, one at a time. */
const worker = (q: Queue<number>) => {
  const begun: Array<number> = [];
  const outcomes: Array<string> = [];
  const ended = new Subject<void>();
  const subscription = q
    .messages()
    .pipe(
      handle(
        (m) => {
          begun.push(m.data);
          return ended.pipe(take(1));
        },
        { concurrency: 1 },
      ),
      settle(),
    )
    .subscribe(({ outcome }) => outcomes.push(outcome._tag));
  ends.push(() => subscription.unsubscribe());
  return { begun, outcomes, end: () => ended.next() };
};

describe("two consumers with default options on Redis", () => {
  it("share ten works of 300 ms evenly", async () => {
    const [a, b] = handles(2) as [Queue<number>, Queue<number>];
    const done = [0, 0];
    [a, b].forEach((q, i) => {
      const work = handle(() => timer(300), { concurrency: 1 });
      const subscription = q
        .messages()
        .pipe(work, settle())
        .subscribe(() => {
          done[i] = (done[i] ?? 0) + 1;
        });
      ends.push(() => subscription.unsubscribe());
    });
    await a.enqueueAll(Array.from({ length: 10 }, (_, i) => i));
    await until(() => (done[0] ?? 0) + (done[1] ?? 0) === 10);
    expect(done).toEqual([5, 5]);
  });

  it("begin an urgent message next or next but one", async () => {
    const [a] = handles(1) as [Queue<number>];
    await a.enqueueAll(Array.from({ length: 100 }, (_, i) => i));
    const { begun, end } = worker(a);
    await until(() => begun.length === 1);
    end();
    await until(async () => begun.length === 2 && (await a.stats()).leased === 2);
    await a.enqueue(999, { priority: 9 });
    for (const count of [3, 4]) {
      end();
      await until(() => begun.length === count);
    }
    expect(begun.slice(2)).toContain(999);
  });

  it("begin nothing more after a pause, and what had not begun is back: at once here, within a second elsewhere", async () => {
    const [a, b] = handles(2) as [Queue<number>, Queue<number>];
    const workers = [worker(a), worker(b)];
    await a.enqueueAll(Array.from({ length: 10 }, (_, i) => i));
    await until(async () => (await a.stats()).leased === 4);
    const [here, elsewhere] = workers as [ReturnType<typeof worker>, ReturnType<typeof worker>];
    const fromMs = performance.now();
    await a.pause();
    expect(here.outcomes).toEqual([]);
    here.end();
    await until(async () => (await a.stats()).leased === 1);
    expect(performance.now() - fromMs).toBeLessThan(1_500);
    elsewhere.end();
    await until(async () => (await a.stats()).leased === 0);
    expect(await a.stats()).toMatchObject({ acked: 2, ready: 8, paused: true });
    expect(workers.map(({ begun }) => begun.length)).toEqual([1, 1]);
    expect(workers.map(({ outcomes }) => [...outcomes].sort())).toEqual([
      ["Ack", "Release"],
      ["Ack", "Release"],
    ]);
    await b.resume();
    await until(() => workers.every(({ begun }) => begun.length === 2));
  });
});
