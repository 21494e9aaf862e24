/** The whole example: brokers work, orders come, a person frees what is blocked, and at the end it is told what came of it. */
import { combineLatest, filter, firstValueFrom, tap, timeout } from "rxjs";
import type { Store } from "sluice";
import { atPlace } from "../place/atPlace.js";
import { isShared } from "../place/Place.js";
import { type Brokers, brokerHere, brokersOn } from "./brokers.js";
import type { CliOptions } from "./cliOptions.js";
import { type Fulfilment, fulfilmentOn } from "./fulfilment.js";
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

const playAt = ({ place, orders: count, pace: paceMs }: CliOptions, screen: Screen): Promise<Report> =>
  atPlace(place, async (store) => {
    const fulfilment = fulfilmentOn(store, { paceMs });
    const brokers = isShared(place)
      ? await brokersOn(place, paceMs, (line) => screen.say(line))
      : brokerHere(fulfilment);
    return await play({ store, fulfilment, screen, brokers, count });
  });

/** Answers whether everything adds up. */
export const run = async (options: CliOptions): Promise<boolean> => {
  const screen = screenOn(process.stdout);
  const report = await playAt(options, screen);
  console.log();
  const checks = checksOf(report);
  for (const { claim, isRight } of checks) console.log(`${isRight ? "right" : "WRONG"}: ${claim}`);
  const { asked, charged } = report.charges;
  console.log(`the gateway was asked ${asked} times for ${charged} charges`);
  return checks.every(({ isRight }) => isRight);
};
