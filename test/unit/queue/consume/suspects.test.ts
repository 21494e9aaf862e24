/** A message that kills its process takes no neighbours along, and costs at most two processes more than it has attempts. */
import { mergeMap, NEVER, type Observable, tap, timer } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Message } from "../../../../src/core/Message.js";
import { handle } from "../../../../src/operators/handle.js";
import { settle } from "../../../../src/operators/settle.js";
import type { QueueStats } from "../../../../src/port/Inspect.js";
import type { Store } from "../../../../src/port/Store.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import { leaseRequest } from "../../../../src/testing/conformance/queue/steps.js";
import { faultyStore } from "../../../../src/testing/faultyStore.js";
import { dataOf, now, range, type Scene, scene, watch } from "../scene.js";
import { delayed, Spy } from "../views.js";

const LEASE_MS = 900;

describe("a message that kills its process", () => {
  it.each([
    [0, 50, 3],
    // It waited when its lease was renewed, so its first time is not counted.
    [20, 50, 4],
    [49, 7, 3],
  ])("at place %i of 50, prefetch %i, is dead-lettered alone after %i deaths", (killer, prefetch, expected) => {
    const s = scene({ leaseMs: LEASE_MS, attemptsMax: 3 });
    s.fill(50);
    const left = (): number => 50 - s.stats().acked - s.stats().dead;
    let deaths = 0;
    let alive = false;
    for (let process = 0; process < 10 && left() > 0; process++) {
      alive = true;
      const { store, faults } = faultyStore(s.inner);
      watch(
        queue(store, { ...s.queue.definition })
          .messages({ prefetch })
          .pipe(
            handle(
              ({ data }) => {
                if (data !== killer) return timer(20, s.clock);
                deaths += 1;
                alive = false;
                faults.crash();
                return NEVER;
              },
              { concurrency: 1 },
            ),
            settle(),
          ),
      );
      for (let waitedMs = 0; waitedMs < 60_000 && alive && left() > 0; waitedMs += 100) s.clock.advance(100);
      s.clock.advance(LEASE_MS + 1);
    }
    expect(deaths).toBe(expected);
    expect(s.stats()).toMatchObject({ acked: 49, dead: 1 });
    expect(now(s.queue.deadLetters()).items.map(({ data }) => data)).toMatchObject([{ right: killer }]);
  });
});

describe("a message that kills its process, beside other queues of it", () => {
  /** Processes that each serve both queues, until nothing is left or so many have died. */
  const livesOf = ({ workMs, killsAfterMs }: { readonly workMs: number; readonly killsAfterMs: number }) => {
    const s = scene({ leaseMs: LEASE_MS, attemptsMax: 3 });
    now(s.queue.enqueueAll([KILLER, 1, 2]));
    const otherOf = (store: Store) => queue(store, { ...s.queue.definition, name: "others" });
    now(otherOf(s.inner).enqueueAll([10, 11, 12]));
    const statsOf = (): ReadonlyArray<QueueStats> => [s.stats(), now(otherOf(s.inner).stats())];
    const isLeft = (): boolean => statsOf().some(({ acked, dead }) => acked + dead < 3);
    let deaths = 0;
    let alive = false;
    for (let process = 0; process < 10 && isLeft(); process++) {
      alive = true;
      const { store, faults } = faultyStore(s.inner);
      const die = (): void => {
        deaths += 1;
        alive = false;
        faults.crash();
      };
      const work = ({ data }: Message<number>): Observable<unknown> =>
        data === KILLER
          ? timer(killsAfterMs, s.clock).pipe(
              tap(die),
              mergeMap(() => NEVER),
            )
          : timer(workMs, s.clock);
      for (const one of [queue(store, { ...s.queue.definition }), otherOf(store)])
        watch(one.messages({ prefetch: 3 }).pipe(handle(work, { concurrency: 3 }), settle()));
      for (let waitedMs = 0; waitedMs < 60_000 && alive && isLeft(); waitedMs += 10) s.clock.advance(10);
      s.clock.advance(LEASE_MS + 1);
    }
    return { deaths, stats: statsOf() };
  };
  const KILLER = 0;

  it.each([
    { workMs: 20, killsAfterMs: 10 },
    { workMs: 250, killsAfterMs: 200 },
  ])("takes none of theirs along: they take $workMs ms, it kills after $killsAfterMs", (times) => {
    expect(livesOf(times)).toMatchObject({
      deaths: 3,
      stats: [
        { acked: 2, dead: 1 },
        { acked: 3, dead: 0 },
      ],
    });
  });
});

describe("a suspect, beside other queues of its process", () => {
  /** A queue whose one message is a suspect, and another with something in hand. */
  const begun = (): Scene & { readonly started: Array<number> } => {
    const s = scene({ leaseMs: 20_000 });
    s.fill(1);
    now(s.inner.lease(leaseRequest("numbers", { max: 1, leaseMs: 1 })));
    s.clock.advance(2);
    const started: Array<number> = [];
    const others = queue(s.inner, { ...s.queue.definition, name: "others" });
    const work = ({ data }: Message<number>): Observable<unknown> => {
      started.push(data);
      return data === 10 ? timer(600, s.clock) : data === 0 ? timer(200, s.clock) : NEVER;
    };
    now(others.enqueue(10));
    watch(others.messages({ prefetch: 10 }).pipe(handle(work), settle()));
    s.clock.settle();
    watch(s.queue.messages({ prefetch: 10 }).pipe(handle(work), settle()));
    s.clock.settle();
    expect(started).toEqual([10]);
    now(others.enqueueAll([11, 12]));
    s.clock.settle();
    return { ...s, started };
  };

  it("waits until they have nothing in hand, and they go on once it is settled", () => {
    const { clock, started } = begun();
    clock.advance(599);
    expect(started).toEqual([10]);
    clock.advance(1);
    clock.settle();
    expect(started).toEqual([10, 0]);
    clock.advance(199);
    expect(started).toEqual([10, 0]);
    clock.advance(1);
    clock.settle();
    expect(started).toEqual([10, 0, 11, 12]);
  });

  it("begins once the store has answered that it does, and what comes meanwhile waits", () => {
    const s = scene({ leaseMs: 20_000 });
    s.fill(1);
    now(s.inner.lease(leaseRequest("numbers", { max: 1, leaseMs: 1 })));
    s.clock.advance(2);
    const store = delayed(["extend"], 50)(s.inner, s.clock);
    const [others, numbers] = ["others", "numbers"].map((name) => queue(store, { ...s.queue.definition, name }));
    const started: Array<number> = [];
    const work = ({ data }: Message<number>): Observable<unknown> => {
      started.push(data);
      return timer(data === 10 ? 600 : 200, s.clock);
    };
    now(others!.enqueue(10));
    for (const one of [others, numbers]) {
      watch(one!.messages({ prefetch: 10 }).pipe(handle(work), settle()));
      s.clock.settle();
    }
    now(others!.enqueue(11));
    s.clock.advance(600);
    now(others!.enqueue(12));
    s.clock.advance(49);
    expect(started).toEqual([10]);
    s.clock.advance(1);
    s.clock.settle();
    expect(started).toEqual([10, 0]);
    s.clock.advance(249);
    expect(started).toEqual([10, 0]);
    s.clock.advance(1);
    s.clock.settle();
    expect(started).toEqual([10, 0, 11, 12]);
  });

  it("keeps them waiting for a second at most, and waits for a second at most", () => {
    const s = scene({ leaseMs: 20_000 });
    s.fill(2);
    now(s.inner.lease(leaseRequest("numbers", { max: 2, leaseMs: 1 })));
    s.clock.advance(2);
    const started: Array<readonly [data: number, atMs: number]> = [];
    const fromMs = s.clock.now();
    const work = ({ data }: Message<number>): Observable<never> => {
      started.push([data, s.clock.now() - fromMs]);
      return NEVER;
    };
    const others = queue(s.inner, { ...s.queue.definition, name: "others" });
    now(others.enqueue(10));
    watch(others.messages().pipe(handle(work)));
    s.clock.settle();
    watch(s.queue.messages().pipe(handle(work)));
    s.clock.advance(500);
    now(others.enqueue(11));
    s.clock.advance(2_000);
    expect(started).toEqual([
      [10, 0],
      [0, 1_000],
      [11, 2_000],
    ]);
  });

  it("goes back uncounted where its consumer ends while it waits, and holds nobody any more", () => {
    const s = scene({ leaseMs: 20_000 });
    s.fill(1);
    now(s.inner.lease(leaseRequest("numbers", { max: 1, leaseMs: 1 })));
    s.clock.advance(2);
    const others = queue(s.inner, { ...s.queue.definition, name: "others" });
    now(others.enqueue(10));
    const { values } = watch(others.messages());
    s.clock.settle();
    const { subscription, values: suspects } = watch(s.queue.messages());
    s.clock.settle();
    now(others.enqueue(11));
    s.clock.settle();
    expect([dataOf(values), dataOf(suspects)]).toEqual([[10], []]);
    subscription.unsubscribe();
    s.clock.settle();
    expect([dataOf(values), s.next(1)]).toEqual([[10, 11], [[0, 2]]]);
  });
});

describe("what waits in the hands of a process that dies", () => {
  it("is not counted where its lease was renewed before, even with a single attempt", () => {
    const s = scene({ leaseMs: LEASE_MS, attemptsMax: 1 });
    s.fill(10);
    const { store, faults } = faultyStore(s.inner);
    watch(
      queue(store, { ...s.queue.definition })
        .messages({ prefetch: 10 })
        .pipe(
          handle(() => NEVER, { concurrency: 1 }),
          settle(),
        ),
    );
    s.clock.advance(LEASE_MS / 2);
    faults.crash();
    s.clock.advance(LEASE_MS * 2);
    const { values } = watch(
      s.queue.messages({ prefetch: 10 }).pipe(
        handle(() => timer(20, s.clock)),
        settle(),
      ),
    );
    s.clock.advance(1_000);
    expect(values.map(({ message }) => message.attempt)).toEqual(range(1, 10).map(() => 1));
    expect(s.stats()).toMatchObject({ acked: 9, dead: 1 });
    expect(now(s.queue.deadLetters()).items.map(({ data }) => data)).toMatchObject([{ right: 0 }]);
  });
});

describe("a consumer", () => {
  /** So many messages, all of which a consumer had that died. */
  const crashed = (count: number): Scene => {
    const s = scene({ leaseMs: LEASE_MS });
    s.fill(count);
    now(s.inner.lease(leaseRequest("numbers", { max: count, leaseMs: 1 })));
    s.clock.advance(2);
    return s;
  };

  it("asks for nothing else while it has a suspect, until that is settled", () => {
    const s = crashed(3);
    const { values } = watch(s.queue.messages({ prefetch: 10 }));
    s.clock.settle();
    expect(dataOf(values)).toEqual([0]);
    values[0]?.ack.subscribe();
    s.clock.settle();
    expect(dataOf(values)).toEqual([0, 1]);
  });

  it("takes the next one beside a suspect that has survived a third of its lease", () => {
    const s = crashed(3);
    const started: Array<number> = [];
    const work = ({ data }: Message<number>): Observable<never> => {
      started.push(data);
      return NEVER;
    };
    watch(s.queue.messages({ prefetch: 10 }).pipe(handle(work)));
    s.clock.advance(LEASE_MS / 3 - 1);
    expect(started).toEqual([0]);
    s.clock.advance(2 * LEASE_MS);
    expect(started).toEqual([0, 1, 2]);
    expect(s.stats()).toMatchObject({ leased: 3, dead: 0 });
  });

  it("that has something in hand leaves a suspect to others for a second, and takes it once its hands are empty", () => {
    const spy = new Spy();
    const s = scene({ leaseMs: 20_000 }, spy.view);
    s.fill(2);
    const { values } = watch(s.queue.messages({ prefetch: 10 }));
    s.clock.settle();
    expect(dataOf(values)).toEqual([0, 1]);
    now(s.queue.enqueue(2));
    s.clock.settle();
    expect(dataOf(values)).toEqual(range(0, 3));
    // The last one's lease ends elsewhere, as if another process had died with it.
    values[2]?.extend(1).subscribe();
    s.clock.advance(5);
    s.clock.settle();
    const asked = spy.leases.length;
    s.clock.advance(900);
    expect(spy.leases.length).toBeLessThanOrEqual(asked + 1);
    expect(dataOf(values)).toEqual(range(0, 3));
    for (const message of values.slice(0, 2)) message.ack.subscribe();
    s.clock.settle();
    expect(dataOf(values)).toEqual([0, 1, 2, 2]);
    expect(values[3]?.attempt).toBe(2);
  });
});
