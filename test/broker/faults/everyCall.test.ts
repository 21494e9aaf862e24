/** A process that fails at one call, whichever: each effect is seen once, and nothing runs again after its ack. */
import { eventLog } from "sluice/log";
import type { Store } from "sluice/store";
import { simulate } from "sluice/testing";
import { describe, expect, it, vi } from "vitest";
import { mostStores } from "../../stores/eachStore.js";
import { atEnd } from "../../support/atEnd.js";
import { failingAt, type Way, ways } from "./failingAt.js";
import { expectedOf, foundOf, noted, stepped, steps, worldOn } from "./world.js";

const EVENTS = 5;

const fill = async (store: Store): Promise<void> => {
  const log = eventLog(store, steps);
  await log.append("item/1", [stepped(0), noted("x"), stepped(1)]);
  await log.append("item/2", [stepped(2), stepped(3)]);
  await log.append("item/1", [stepped(4)]);
};

/** Which runs there were of which event after it was acked. */
const watching = () => {
  const again: Array<string> = [];
  const begun: Array<string> = [];
  return {
    again,
    begun,
    options: {
      begins: (n: number, stream: string) => void begun.push(`${n} ${stream}`),
      again: (n: number, stream: string) => void again.push(`${n} ${stream}`),
    },
  };
};

describe("one process that fails at any of its calls, while another one stands by", () => {
  it.each(ways)("and %s, on virtual time", { timeout: 120_000 }, async (way: Way) => {
    let failures = 0;
    for (let call = 1, calls = 1; call <= calls + 1; call++) {
      await simulate(async ({ store, client, advance }) => {
        const { again, begun, options } = watching();
        const failing = failingAt(store, call, way);
        const first = worldOn(failing.store, { ...options, slowMs: 3 })
          .run()
          .subscribe();
        await fill(client().store);
        await advance(20);
        const second = worldOn(client().store, { ...options, slowMs: 3 })
          .run()
          .subscribe();
        await advance(2);
        if (way.startsWith("dies")) first.unsubscribe();
        await eventLog(client().store, steps).append("item/3", [stepped(5)]);
        await advance(10_000);
        const { store: people } = client();
        const { counts, targets, end } = await expectedOf(people);
        expect([call, await foundOf(people, targets)]).toEqual([call, counts]);
        expect([call, again]).toEqual([call, []]);
        expect(new Set(begun).size).toBe(3 * (EVENTS + 1));
        const world = worldOn(people);
        for (const target of targets) expect([call, target, await world.position(target)]).toEqual([call, target, end]);
        for (const lane of ["default", "slow"])
          expect(await people.stats(`sluice.broker/${lane}/world`)).toMatchObject({ ready: 0, leased: 0, delayed: 0 });
        first.unsubscribe();
        second.unsubscribe();
        calls = failing.calls();
        if (failing.failed()) failures += 1;
      });
    }
    // Correlation, leases, reads of records, acks: all of them had their turn.
    expect(failures).toBeGreaterThan(25);
  });

  it.each(mostStores())("on %s", { timeout: 180_000 }, async (name, open) => {
    const store = open();
    // On Postgres all brokers of this test share one session, and more of them take minutes.
    const calls = name === "postgres" ? 4 : 16;
    await fill(store);
    const { targets } = await expectedOf(store);
    const runs = ways.flatMap((way) =>
      Array.from({ length: calls }, (_one, i) => ({ way, call: i + 1, name: `${way.replaceAll(" ", "-")}-${i + 1}` })),
    );
    const started = runs.map(({ way, call, name }) => {
      const { again, options } = watching();
      const failing = failingAt(store, call, way);
      const first = worldOn(failing.store, { ...options, name, leaseMs: 1_000 })
        .run()
        .subscribe();
      const second = worldOn(store, { ...options, name, leaseMs: 1_000 })
        .run()
        .subscribe();
      atEnd(() => {
        failing.kill();
        first.unsubscribe();
        second.unsubscribe();
        return Promise.resolve();
      });
      return { name, again, failing };
    });
    const { counts } = await expectedOf(store);
    await vi.waitFor(
      async () => {
        for (const { name } of started) expect([name, await foundOf(store, targets, name)]).toEqual([name, counts]);
      },
      { timeout: 150_000, interval: 500 },
    );
    expect(started.flatMap(({ again }) => again)).toEqual([]);
    expect(started.filter(({ failing }) => failing.failed()).length).toBeGreaterThan(3 * calls);
  });
});
