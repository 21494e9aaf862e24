/** Code that blocks its process past its leases, where nobody else consumes: it costs time and nothing more. */
import { right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";
import { lastValueFrom, merge, take, timer, toArray } from "rxjs";
import { batch, handle, handleBatch, type Queue, queue, settle } from "sluice";
import { beforeEach, describe, expect, it } from "vitest";
import { mostStores } from "../stores/eachStore.js";

const LEASE_MS = 500;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const blockFor = (ms: number): void => {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
};

describe.each(mostStores())("on %s", (_, open) => {
  let numbers: Queue<number>;
  beforeEach(() => {
    numbers = queue(open(), { name: "numbers", codec: t.number, leaseMs: LEASE_MS, attemptsMax: 4 });
  });

  it.each([
    ["at once", async () => undefined],
    ["after a while", () => sleep(0)],
  ])("a batch whose work blocks for three leases, %s, is worked once and settled", async (_when, before) => {
    await numbers.enqueueAll([...Array(50).keys()]);
    let worked = 0;
    const settled = await lastValueFrom(
      numbers.messages({ prefetch: 200 }).pipe(
        batch({ sizeMax: 50 }),
        handleBatch(async ({ data }) => {
          await before();
          return data.map((n) => {
            blockFor((3 * LEASE_MS) / 50);
            worked += 1;
            return right(n);
          });
        }),
        settle(),
        take(50),
        toArray(),
      ),
    );
    expect([...new Set(settled.map(({ outcome }) => outcome._tag))]).toEqual(["Ack"]);
    expect(worked).toBe(50);
    expect(await numbers.stats()).toMatchObject({ acked: 50, dead: 0, leased: 0, ready: 0 });
  });

  it("the half that was read while the other one blocked is worked once", async () => {
    await numbers.enqueueAll([...Array(800).keys()]);
    const runs: Array<number> = [];
    const settled = await lastValueFrom(
      numbers.messages({ prefetch: 400 }).pipe(
        handle(async ({ data }) => {
          blockFor((2 * LEASE_MS) / 200);
          runs.push(data);
        }),
        settle(),
        take(800),
        toArray(),
      ),
    );
    expect(settled.filter(({ outcome }) => outcome._tag !== "Ack")).toEqual([]);
    expect(runs).toEqual([...Array(800).keys()]);
  });

  it("two consumers that are blocked together take nothing from each other", async () => {
    await numbers.enqueueAll([...Array(20).keys()]);
    const runs: Array<number> = [];
    const consumer = numbers.messages({ prefetch: 5 }).pipe(
      handle(({ data }) => {
        runs.push(data);
        return timer(LEASE_MS / 2 + 10 * data);
      }),
      settle(),
    );
    setTimeout(() => blockFor(2 * LEASE_MS), LEASE_MS / 4);
    const settled = await lastValueFrom(merge(consumer, consumer).pipe(take(20), toArray()));
    expect([...new Set(settled.map(({ outcome }) => outcome._tag))]).toEqual(["Ack"]);
    expect([...runs].sort((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });

  it.each([6, 200])("works in hand beside one that blocks run once, with a prefetch of %i", async (prefetch) => {
    await numbers.enqueueAll([0, 1, 2, 3, 4, 5]);
    const runs: Array<number> = [];
    const settled = await lastValueFrom(
      numbers.messages({ prefetch }).pipe(
        handle(async ({ data }) => {
          runs.push(data);
          if (data < 5) await sleep(5 * LEASE_MS);
          else {
            await sleep(LEASE_MS / 2);
            blockFor(5 * LEASE_MS);
          }
        }),
        settle(),
        take(6),
        toArray(),
      ),
    );
    expect([...new Set(settled.map(({ outcome }) => outcome._tag))]).toEqual(["Ack"]);
    expect(runs).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await numbers.stats()).toMatchObject({ acked: 6, leased: 0, ready: 0 });
  });
});
