/**
 * Four writers and four brokers on virtual time, of which some die, lose replies, hints or their store, by chance: in the end each target has
 * had each of its events once and in order, and nobody's position went back.
 *
 * `SEED=x SEEDS=50 npx vitest run test/broker/seeded.test.ts` plays 50 runs that no run without them plays.
 */
import { concatMap, defer, repeat, Subject, timer } from "rxjs";
import { eventLog } from "sluice/log";
import { type Client, type Simulation, simulate } from "sluice/testing";
import { expect, it } from "vitest";
import { randomOf } from "../../src/core/Random.js";
import { expectedOf, foundOf, noted, Sampled, stepped, steps, type World, worldOn } from "./faults/world.js";

const seeds = Array.from(
  { length: Number(process.env["SEEDS"] ?? 3) },
  (_, n) => `${process.env["SEED"] ?? "broker-"}${n}`,
);

const STREAMS = 8;
const FAULTY_MS = 6_000;
const TARGETS = [
  ...Array.from({ length: STREAMS }, (_, i) => `item/${i}`),
  ...["shard/0", "shard/1", "shard/2", "slow/0", "slow/1", "quiet/1"],
];

type Dice = (max: number) => number;

/** One of four places: whoever has it dies now and then, and another one takes it. */
interface Process {
  readonly client: Client;
  readonly end: () => void;
}

const writerOf = (client: Client, dice: Dice, next: () => number): Process => {
  const log = eventLog(client.store, steps);
  const running = defer(() => timer(dice(60), client.store.scheduler))
    .pipe(
      concatMap(() => {
        const some = Array.from({ length: 1 + dice(3) }, () => (dice(5) === 0 ? noted("on the way") : stepped(next())));
        return log.append(`item/${dice(STREAMS)}`, some).retry({ attemptsMax: 1_000, initialMs: 20, delayMsMax: 200 });
      }),
      repeat(),
    )
    .subscribe();
  return { client, end: () => running.unsubscribe() };
};

const brokerOf = (client: Client, stop$: Subject<void>): Process => {
  const errors: Array<unknown> = [];
  const running = worldOn(client.store, { slowMs: 7, fails: (n, attempt) => n % 11 === 0 && attempt < 3 })
    .run({ stop$, concurrency: 5 })
    .subscribe({ error: (error: unknown) => errors.push(error) });
  return {
    client,
    end: () => {
      running.unsubscribe();
      expect(errors).toEqual([]);
    },
  };
};

const die = ({ client, end }: Process): void => {
  client.crash();
  end();
};

/** One fault. Most of the time nothing happens. */
const strike = (all: Array<Process>, dice: Dice, start: (at: number) => Process): void => {
  const at = dice(all.length);
  const process = all[at] as Process;
  const { client } = process;
  switch (dice(6)) {
    case 0:
      die(process);
      all[at] = start(at);
      break;
    case 1:
      client.dropReply(1 + dice(3));
      break;
    case 2:
    case 3:
      client.dropHints();
      break;
    case 4:
      client.disconnect();
      timer(dice(1_500), client.store.scheduler).subscribe(() => client.reconnect());
      break;
    default:
  }
};

const play = (seed: string) =>
  simulate(async (simulation: Simulation) => {
    const { client, advance, nowMs, expireLeases } = simulation;
    const random = randomOf(seed);
    const dice: Dice = (max) => Math.floor(random() * max);
    let n = 0;
    const stop$ = new Subject<void>();
    const writers = Array.from({ length: 4 }, () => writerOf(client(), dice, () => n++));
    const brokers = Array.from({ length: 4 }, () => brokerOf(client(), stop$));
    const people = client().store;
    const world: World = worldOn(people);
    const sampled = new Sampled();
    const sample = async (): Promise<void> => {
      for (const target of TARGETS) sampled.take(target, await world.position(target));
    };
    while (nowMs() < FAULTY_MS) {
      await advance(1 + dice(80));
      strike(writers, dice, () => writerOf(client(), dice, () => n++));
      strike(brokers, dice, () => brokerOf(client(), stop$));
      if (dice(20) === 0) await expireLeases("sluice.broker/default/world");
      await sample();
    }
    for (const { client: one } of [...writers, ...brokers]) one.reconnect();
    for (const { end } of writers) end();
    const { counts, gaps, targets, end } = await expectedOf(people);
    for (let waited = 0; waited < 60 && (await world.position("quiet/1")) !== end; waited++) {
      await advance(500);
      await sample();
    }
    for (let waited = 0; waited < 60; waited++) {
      if ((await Promise.all(targets.map((target) => world.position(target)))).every((one) => one === end)) break;
      await advance(500);
      await sample();
    }
    expect(gaps).toBe(0);
    expect(await foundOf(people, targets)).toEqual(counts);
    expect(Object.values(counts).every(({ outOfTurn }) => outOfTurn === 0)).toBe(true);
    for (const target of TARGETS) expect([target, await world.position(target)]).toEqual([target, end]);
    expect(sampled.wentBack).toEqual([]);
    for (const lane of ["default", "slow"])
      expect(await people.stats(`sluice.broker/${lane}/world`)).toMatchObject({
        ...{ ready: 0, waiting: 0, delayed: 0, leased: 0, blocked: 0, dead: 0 },
      });
    stop$.next();
    await advance(40_000);
    for (const { end: leave } of brokers) leave();
    return { events: n, samples: sampled.count };
  });

it.each(seeds)("every event is handled once and in order, seed %s", { timeout: 120_000 }, async (seed) => {
  const { events, samples } = await play(seed);
  expect(events).toBeGreaterThan(200);
  expect(samples).toBeGreaterThan(1_000);
});
