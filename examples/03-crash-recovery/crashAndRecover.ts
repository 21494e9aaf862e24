/** The story: two consumers share the jobs, one is killed in the middle, the other ends the work. */
import { exhaustMap, first, firstValueFrom, skip, timer } from "rxjs";
import type { Done, Queues } from "./queues.js";
import { type Consumer, spawnConsumer } from "./spawnConsumer.js";

const jobCount = 40;
/** How many jobs the first consumer may settle before it is killed. */
const settledBeforeKill = 5;

export interface CrashOptions {
  readonly url: string;
  readonly namespace: string;
}

export interface Recovery {
  readonly jobCount: number;
  /** How many jobs the killed consumer had in hand. */
  readonly inHand: number
}
