/**
 * Orders charged in fp-ts only: a Left that dead-letters, a Left that is retried, and a redrive after the cause is gone.
 *
 *   npm run example -- examples/04-functional/main.ts
 *   npm run example -- examples/04-functional/main.ts --pglite ./data   (or --redis <url>, --postgres <url>)
 */
import { log } from "fp-ts/lib/Console.js";
import { pipe } from "fp-ts/lib/function.js";
import * as T from "fp-ts/lib/Task.js";
import * as TE from "fp-ts/lib/TaskEither.js";
import type { SluiceError, Store } from "sluice";
import { toSluiceError } from "sluice/store";
import type { Tally } from "sluice/task";
import * as Q from "sluice/task";
import { openForRun } from "../place/openForRun.js";
import { placeGiven } from "../place/placeOptions.js";
import { gatewayWithLimit } from "./Gateway.js";
import { chargeAndRedrive } from "./withReader.js";
import { chargeNewOrders } from "./withTasks.js";

const show = ({ Ack, Retry, Reject }: Tally): string => `${Ack} acked, ${Retry} retried, ${Reject} dead`;
const gateway = gatewayWithLimit(500);

/** A store for each part, which leaves nothing behind. `Q.connect(memoryStore)` is all of it where one in memory will do. */
const connected = <E, A>(use: (store: Store) => TE.TaskEither<E, A>): TE.TaskEither<E | SluiceError, A> =>
  pipe(
    TE.tryCatch(() => openForRun(placeGiven("functional")), toSluiceError),
    TE.flatMap(({ store, close }) =>
      pipe(
        Q.connect(() => store)(use),
        T.tap(() => close),
      ),
    ),
  );

const withTasks = pipe(
  connected((store) => chargeNewOrders(store, gateway)),
  TE.tapIO((tally) => log(`tasks: ${show(tally)}`)),
);

const withReader = pipe(
  connected((store) => chargeAndRedrive({ store, gateway })),
  TE.tapIO(({ first, dead }) => log(`reader: ${show(first)} (${dead.join(", ")})`)),
  TE.tapIO(({ redriven, second }) => log(`after the redrive of ${redriven}: ${show(second)}`)),
  TE.tapIO(({ stats }) => log(`${stats.enqueued} enqueued = ${stats.acked} acked + ${stats.dead} dead`)),
);

const exitCode = await pipe(
  withTasks,
  TE.flatMap(() => withReader),
  TE.matchE(
    (error) => pipe(log(`${error._tag}: ${error.message}`), T.fromIO, T.as(1)),
    () => T.of(0),
  ),
)();
process.exitCode = exitCode;
