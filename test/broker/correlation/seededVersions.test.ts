/**
 * Programs of many versions on one broker, in random order and side by side: they lack reactions, have them in other lanes, die or are
 * stopped, while targets are blocked, freed and replayed. In the end each reaction has had each of its events, and where nothing was replayed
 * once alone.
 *
 * `SEED=x SEEDS=100 npx vitest run test/broker/correlation/seededVersions.test.ts` plays 100 runs that no run without them plays.
 */
import { lastValueFrom, Subject, toArray } from "rxjs";
import { type Broker, broker, on } from "sluice/broker";
import { type Client, type Simulation, simulate } from "sluice/testing";
import { expect, it } from "vitest";
import { randomOf } from "../../../src/core/Random.js";
import { append, codec, logOn, upTo } from "./scene.js";

const seeds = Array.from({ length: Number(process.env["SEEDS"] ?? 2) }, (_, n) => `${process.env["SEED"] ?? "v-"}${n}`);

/** `APPENDED_MAX=700` has catch-ups and replays of several pages. */
const APPENDED_MAX = Number(process.env["APPENDED_MAX"] ?? 8);

const NAMES = ["p", "q", "r", "s"] as const;
const LANES = ["default", "l1", "l2"] as const;
const TARGETS = ["x", "y", "z"] as const;

type Dice = (max: number) => number;
type Any = Broker<unknown, "default" | "l1" | "l2">;

/** Which reactions a program has, and in which lanes. */
type Version = Readonly<Partial<Record<(typeof NAMES)[number], (typeof LANES)[number]>>>;

const versionOf = (dice: Dice, isWhole: boolean): Version =>
  Object.fromEntries(
    NAMES.flatMap((name, i) => (isWhole || i === 0 || dice(4) > 0 ? [[name, LANES[dice(LANES.length)]]] : [])),
  );

interface World {
  readonly fails: () => boolean;
}

const programOf = (client: Client, version: Version, { fails }: World): Any => {
  const reactions = Object.entries(version).map(([name, lane]) =>
    on(codec, "A")
      .do(
        async ({ event: { n } }) => {
          if (fails()) throw new Error("no");
          return n;
        },
        { name, lane, attemptsMax: 2, backoff: { initialMs: 30 } },
      )
      // With the ack, so that what is seen there was done as often.
      .followUp((n) => [logOn(client.store).append(`done/${name}`, [{ type: "Noise", n, to: name }])])
      .to(({ event: { to } }) => to),
  );
  const of = broker(client.store, { name: "b", reactions, lanes: { l1: {}, l2: {} } });
  of.events$.subscribe();
  return of;
};

interface Running {
  readonly client: Client;
  readonly of: Any;
  readonly version: Version;
  readonly stop$: Subject<void>;
  readonly end: () => void;
}

const start = (simulation: Simulation, version: Version, world: World): Running => {
  const client = simulation.client();
  const of = programOf(client, version, world);
  const stop$ = new Subject<void>();
  const errors: Array<unknown> = [];
  const run = of.run({ stop$, concurrency: 2 }).subscribe({ error: (error: unknown) => errors.push(error) });
  return {
    ...{ client, of, version, stop$ },
    end: () => {
      run.unsubscribe();
      expect(errors).toEqual([]);
    },
  };
};

const play = (seed: string, resets: boolean) =>
  simulate(async (simulation) => {
    const random = randomOf(seed);
    const dice: Dice = (max) => Math.floor(random() * max);
    const { advance, client } = simulation;
    const people = client().store;
    let mayFail = true;
    const world: World = { fails: () => mayFail && dice(25) === 0 };
    const running: Array<Running> = [];
    let n = 0;
    for (let i = 0; i < 40; i++) {
      const one = running[dice(running.length)];
      const what = dice(resets ? 7 : 6);
      if (what <= 1 || n === 0) {
        const count = 1 + dice(APPENDED_MAX);
        await append(people, upTo(count, n + 1), { to: TARGETS[dice(3)]!, stream: `s/${dice(3)}` });
        n += count;
      } else if (what === 2 || one === undefined) {
        if (running.length < 3) running.push(start(simulation, versionOf(dice, i === 0), world));
      } else if (what === 3) {
        if (dice(2) === 0) one.client.crash();
        else {
          one.stop$.next();
          await advance(dice(3) * 500);
        }
        one.end();
        running.splice(running.indexOf(one), 1);
      } else if (what === 4) await one.of.unblock({ prefix: "" });
      else if (what === 5) await advance(dice(4_000));
      else await one.of.reset(TARGETS.slice(dice(3)));
      await advance(dice(300));
    }
    mayFail = false;
    for (const { end } of running) end();
    const last = start(simulation, versionOf(dice, true), world);
    for (let i = 0; i < 20; i++) {
      await last.of.unblock({ prefix: "" });
      await advance(5_000);
    }
    await advance(60_000);
    last.end();
    const counts = new Map<string, number>();
    for (const name of NAMES)
      for (const { event } of await lastValueFrom(logOn(people).read(`done/${name}`).pipe(toArray()))) {
        const one = `${name} ${event.n}`;
        counts.set(one, (counts.get(one) ?? 0) + 1);
      }
    const all = NAMES.flatMap((name) => upTo(n).map((i) => `${name} ${i}`));
    const missed = all.filter((one) => !counts.has(one));
    const doubled = resets ? [] : all.filter((one) => (counts.get(one) ?? 0) > 1);
    expect({ seed, missed, doubled }).toEqual({ seed, missed: [], doubled: [] });
    return n;
  });

it.each(seeds)("each reaction has each of its events once, seed %s", { timeout: 60_000 }, async (seed) => {
  expect(await play(seed, false)).toBeGreaterThan(0);
});

it.each(seeds)(
  "each reaction has each of its events though targets are replayed, seed %s",
  { timeout: 60_000 },
  async (seed) => {
    expect(await play(seed, true)).toBeGreaterThan(0);
  },
);
