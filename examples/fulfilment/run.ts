/** The whole example: brokers work, orders come, a person frees what is blocked, and at the end it is told what came of it. */
import { combineLatest, filter, firstValueFrom, tap, timeout } from "rxjs";
import type { Store } from "sluice";
import { memoryStore } from "sluice/memory";
import { removeKeys } from "../03-crash-recovery/removeKeys.js";
import { type Brokers, brokerHere, brokersOn } from "./brokers.js";
import type { CliOptions } from "./cliOptions.js";
import { type Fulfilment, fulfilmentOn } from "./fulfilment.js";
import { openStore, type Place } from "./openStore.js";
import { placeOrders } from "./placeOrders.js";
import { repair } from "./repair.js";
import { type Screen, screenOn } from "./Screen.js";
import { checksOf, type Report } from "./summary.js";
import { watch } from "./View.js";

/** Where nothing has come any further for so long, something is wrong. */
const stillMsMax = 60_000;

interface Scene {
  readonly store: Store;
  readonly fulfilment: Fulfilment;
  readonly screen: Screen;
  readonly brokers: Brokers;
  readonly count: number;
}

const play = async ({ store, fulfilment, screen, brokers, count }: Scene): Promise<Report> => {
  try {
    const done = firstValueFrom(
      combineLatest([
        watch(store, fulfilment).pipe(tap((view) => screen.show(view))),
        repair(fulfilment, (line) => screen.say(line)),
      ]).pipe(
        filter(([{ tally, idle }, skipped]) => idle && tally.shipped + tally.refused + skipped === count),
        timeout(stillMsMax),
      ),
    );
    const [, [view, skipped]] = await Promise.all([placeOrders(fulfilment, count), done]);
    screen.end();
    return { wanted: count, view, skipped, charges: await fulfilment.gateway.report() };
  } finally {
    await brokers.stop();
  }
};

const inMemory = async ({ orders: count, pace: paceMs }: CliOptions, screen: Screen): Promise<Report> => {
  const store = memoryStore();
  try {
    const fulfilment = fulfilmentOn(store, { paceMs });
    return await play({ store, fulfilment, screen, brokers: brokerHere(fulfilment), count });
  } finally {
    await store.close();
  }
};

const onRedis = async (url: string, { orders: count, pace: paceMs }: CliOptions, screen: Screen): Promise<Report> => {
  // A namespace of this run alone, so that runs at the same time do not meet.
  const place: Place = { url, namespace: `sluice-fulfilment-${process.pid}-${Date.now()}` };
  const store = openStore(place);
  try {
    await store.ready();
    const brokers = await brokersOn(place, paceMs, (line) => screen.say(line));
    const report = await play({ store, fulfilment: fulfilmentOn(store, { paceMs }), screen, brokers, count });
    await removeKeys(place);
    return report;
  } finally {
    await store.close();
  }
};

/** Answers whether everything adds up. */
export const run = async (options: CliOptions): Promise<boolean> => {
  const screen = screenOn(process.stdout);
  const report = await (options.redis === undefined
    ? inMemory(options, screen)
    : onRedis(options.redis, options, screen));
  console.log();
  const checks = checksOf(report);
  for (const { claim, isRight } of checks) console.log(`${isRight ? "right" : "WRONG"}: ${claim}`);
  const { asked, charged } = report.charges;
  console.log(`the gateway was asked ${asked} times for ${charged} charges`);
  return checks.every(({ isRight }) => isRight);
};
