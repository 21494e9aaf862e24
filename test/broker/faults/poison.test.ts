/** Handlers that kill their process: their target is blocked before they are run once too often, and nobody else is. */
import { eventLog } from "sluice/log";
import { type Client, type Simulation, simulate } from "sluice/testing";
import { expect, it } from "vitest";
import { stepped, steps, worldOn } from "./world.js";

const POISON = 13;
const ATTEMPTS_MAX = 3;

/** Brokers in processes that are started again when they have died. */
const supervised = ({ client, scheduler }: Simulation, processes: number) => {
  const begun: Array<string> = [];
  const ends = new Set<() => void>();
  const start = (): void => {
    const own: Client = client();
    const running = worldOn(own.store, {
      attemptsMax: ATTEMPTS_MAX,
      leaseMs: 1_000,
      slowMs: 20,
      workMs: 20,
      begins: (n, stream, attempt) => {
        begun.push(`${n} ${stream} ${attempt}`);
        if (n !== POISON || !stream.startsWith("item/")) return undefined;
        own.crash();
        running.unsubscribe();
        ends.delete(end);
        scheduler.schedule(start, 10);
        return new Promise(() => undefined);
      },
    })
      .run({ concurrency: 20 })
      .subscribe();
    const end = (): void => running.unsubscribe();
    ends.add(end);
  };
  for (let i = 0; i < processes; i++) start();
  return {
    begun,
    end: () => {
      for (const end of ends) end();
    },
  };
};

it.each([1, 2])("a handler that kills its process is begun three times, of %i processes", (processes) =>
  simulate(async (simulation) => {
    const { client, advance } = simulation;
    const people = client().store;
    const log = eventLog(people, steps);
    for (let n = 100; n < 110; n++) await log.append(`item/${n}`, [stepped(n)]);
    await log.append("item/bad", [stepped(1), stepped(POISON), stepped(2)]);
    const { begun, end } = supervised(simulation, processes);
    for (let n = 110; n < 400; n++) {
      await log.append(`item/${n % 17}`, [stepped(n)]);
      await advance(n % 40);
    }
    await advance(60_000);
    const world = worldOn(people);
    expect(begun.filter((one) => one.startsWith(`${POISON} item/bad`))).toEqual([
      `${POISON} item/bad 1`,
      `${POISON} item/bad 2`,
      `${POISON} item/bad 3`,
    ]);
    const { items } = await world.blockedStreams();
    expect(items.map(({ stream, lane, cause }) => ({ stream, lane, cause }))).toEqual([
      {
        stream: "item/bad",
        lane: "default",
        cause: expect.stringContaining("3 attempts without an acknowledged") as string,
      },
    ]);
    expect(await people.stats("sluice.broker/slow/world")).toMatchObject({
      acked: 303,
      leased: 0,
      ready: 0,
      delayed: 0,
    });
    // All but the poison, and what stands behind it in the one line.
    expect(await people.stats("sluice.broker/default/world")).toMatchObject({
      acked: 604,
      leased: 0,
      ready: 0,
      blocked: 1,
    });
    // What was in hand when a process died ran once more.
    expect(begun.filter((one) => / [23]$/.test(one) && !one.includes("item/bad")).length).toBeGreaterThan(0);
    expect(begun.filter((one) => one.endsWith(" 3"))).toEqual([`${POISON} item/bad 3`]);
    end();
  }),
);
