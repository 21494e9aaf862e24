/** Who works: this process alone; or three others on one server, of which one is killed. */
import { firstValueFrom, forkJoin, lastValueFrom, Subject, timeout } from "rxjs";
import type { SharedPlace } from "../place/Place.js";
import type { Fulfilment } from "./fulfilment.js";
import { type BrokerProcess, spawnBroker } from "./spawnBroker.js";

export interface Brokers {
  readonly stop: () => Promise<void>;
}

/** Tells people what happens. */
export type Say = (line: string) => void;

const stopMsMax = 2_000;

export const brokerHere = ({ broker }: Fulfilment): Brokers => {
  // Who looks at blockedStreams is told enough: a warning of the process would say the same again.
  broker.events$.subscribe();
  const stop$ = new Subject<void>();
  const ended = lastValueFrom(broker.run({ stop$, stopMsMax }), { defaultValue: undefined });
  // `stop` tells of a failure.
  ended.catch(() => undefined);
  return {
    stop: async () => {
      stop$.next();
      await ended;
    },
  };
};

const waitMsMax = 60_000;

/** Two that go on, and one that is killed after some charges. */
export const brokersOn = async (place: SharedPlace, paceMs: number, say: Say): Promise<Brokers> => {
  const doomed = spawnBroker(place, { paceMs, standsAfter: 3 });
  const others = [1, 2].map(() => spawnBroker(place, { paceMs }));
  const all = [doomed, ...others];
  const killAll = () => Promise.all(all.map(({ kill9 }) => kill9()));
  try {
    await firstValueFrom(forkJoin(all.map(({ ready$ }) => ready$)).pipe(timeout(waitMsMax)));
  } catch (error) {
    await killAll();
    throw error;
  }
  say(`${all.length} broker processes work`);
  const killed = kill(doomed, say);
  // `stop` tells of a failure.
  killed.catch(() => undefined);
  return {
    stop: async () => {
      try {
        await killed;
        await Promise.all(others.map(({ stop }) => stop()));
      } finally {
        await killAll();
      }
    },
  };
};

const kill = async ({ stands$, kill9 }: BrokerProcess, say: Say): Promise<void> => {
  await firstValueFrom(stands$.pipe(timeout(waitMsMax)));
  await kill9();
  say("killed one of them: it had charged an order, and had stored nothing of it");
};
