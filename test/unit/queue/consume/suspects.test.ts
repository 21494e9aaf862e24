/** A message that kills its process takes no neighbours along, and costs at most two processes more than it has attempts. */
import { NEVER, type Observable, timer } from "rxjs";
import { describe, expect, it } from "vitest";
import type { Message } from "../../../../src/core/Message.js";
import { handle } from "../../../../src/operators/handle.js";
import { settle } from "../../../../src/operators/settle.js";
import { queue } from "../../../../src/queue/makeQueue.js";
import { leaseRequest } from "../../../../src/testing/conformance/queue/steps.js";
import { faultyStore } from "../../../../src/testing/faultyStore.js";
import { dataOf, now, range, type Scene, scene, watch } from "../scene.js";
import { Spy } from "../views.js";

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
