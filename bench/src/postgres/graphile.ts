/** graphile-worker as it comes, and with a local queue, which fetches jobs in batches. */
import { type AddJobsJobSpec, type Logger, makeWorkerUtils, run } from "graphile-worker";
import type pg from "pg";
import { chunksOf, concurrently, sleep } from "../concurrently.js";
import { BATCH, CONCURRENCY, type Consumer, type ConsumerHooks } from "../contestants/contestant.js";
import type { Order } from "../payload.js";
import { BULK, type Contestant, type ContestantId, poolAt } from "./Contestant.js";
import { silent } from "./silent.js";

const TASK = "order";

interface Setting {
  readonly pool: pg.Pool;
  readonly logger: Logger;
  /** How many jobs are fetched at once; one by one where there is none. */
  readonly localQueue: number | undefined;
}

const consumerOf = ({ pool, logger, localQueue }: Setting, hooks: ConsumerHooks): Consumer => {
  let stop = (): Promise<void> => Promise.resolve();
  const begin = async (): Promise<void> => {
    const runner = await run({
      pgPool: pool,
      logger,
      noHandleSignals: true,
      taskList: {
        [TASK]: async (payload) => {
          hooks.onMessage(payload as Order);
        },
      },
      preset: {
        worker: {
          concurrentJobs: CONCURRENCY,
          ...(localQueue === undefined ? {} : { localQueue: { size: localQueue }, completeJobBatchDelay: 0 }),
        },
      },
    });
    // It tells of a job before that is written: `left` says that they are gone.
    runner.events.on("job:complete", hooks.onSettled);
    runner.events.on("job:error", ({ error }) => hooks.onError(error));
    stop = () => runner.stop();
  };
  return {
    start: () => {
      begin().catch(hooks.onError);
    },
    stop: () => stop(),
  };
};

/** How many jobs are left, once those that were told as complete have had the time to be written. */
const left = async (pool: pg.Pool): Promise<number> => {
  let count = 0;
  for (let tries = 0; tries < 100; tries += 1) {
    const { rows } = await pool.query<{ readonly count: number }>(
      "select count(*)::integer as count from graphile_worker.jobs",
    );
    count = rows[0]?.count ?? 0;
    if (count === 0) return 0;
    await sleep(20);
  }
  return count;
};

const contestant = (id: ContestantId, name: string, localQueue?: number): Contestant => ({
  id,
  name,
  open: async ({ url }) => {
    const pool = poolAt(url);
    // What fails is told by the query that meets it.
    pool.on("error", () => {});
    const logger = silent();
    const utils = await makeWorkerUtils({ pgPool: pool, logger });
    await utils.migrate();
    return {
      enqueue: (order) => utils.addJob(TASK, order),
      enqueueBulk: (orders, inFlight = 1) =>
        concurrently(chunksOf(orders, BULK), inFlight, (chunk) =>
          utils.addJobs(chunk.map((payload): AddJobsJobSpec => ({ identifier: TASK, payload }))),
        ),
      consumer: async (hooks) => consumerOf({ pool, logger, localQueue }, hooks),
      held: () => left(pool),
      close: async () => {
        await utils.release();
        await pool.end();
      },
    };
  },
});

export const graphile = contestant("graphile", "graphile-worker");
export const graphileBatch = contestant("graphile-batch", "graphile-worker, batched", 2 * BATCH);
