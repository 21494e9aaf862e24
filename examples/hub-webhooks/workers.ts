/** Who works: this process alone; or two others on one server, of which one is killed. */
import { firstValueFrom, forkJoin, lastValueFrom, Subject, timeout } from "rxjs";
import type { Hub } from "sluice/hub";
import type { SharedPlace } from "../place/Place.js";
import type { Hook } from "./Hook.js";
import type { Setting } from "./hooksHub.js";
import { type HubProcess, spawnHub } from "./spawnHub.js";

export interface Workers {
  readonly stop: () => Promise<void>;
}

/** Tells people what happens. */
export type Say = (line: string) => void;

export const workHere = (hooks: Hub<Hook, string>): Workers => {
  const stop$ = new Subject<void>();
  const ended = lastValueFrom(hooks.run({ concurrency: 10, stop$, stopMsMax: 2_000 }), { defaultValue: undefined });
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

/** One that goes on, and one that is killed. */
export const workOn = async (place: SharedPlace, setting: Setting, say: Say): Promise<Workers> => {
  const doomed = spawnHub(place, setting, 3);
  const lasting = spawnHub(place, setting, 0);
  const all = [doomed, lasting];
  const killAll = () => Promise.all(all.map(({ kill9 }) => kill9()));
  try {
    await firstValueFrom(forkJoin(all.map(({ ready$ }) => ready$)).pipe(timeout(waitMsMax)));
  } catch (error) {
    await killAll();
    throw error;
  }
  say(`${all.length} hub processes work`);
  const killed = kill(doomed, say);
  // `stop` tells of a failure.
  killed.catch(() => undefined);
  return {
    stop: async () => {
      try {
        await killed;
        await lasting.stop();
      } finally {
        await killAll();
      }
    },
  };
};

const kill = async ({ stands$, kill9 }: HubProcess, say: Say): Promise<void> => {
  await firstValueFrom(stands$.pipe(timeout(waitMsMax)));
  await kill9();
  say("killed one of them: the partner had taken a webhook of it, and it had stored nothing of that");
};
