/** Hubs as tasks: what `Hub` does, for `pipe` and `sequence`. One line a call: see `calls`; but `run`, which is no call, is a task as `consume` is. */
import type { TaskEither } from "fp-ts/lib/TaskEither.js";
import { type ObservableInput, reduce } from "rxjs";
import { failingWith, fromOne } from "../core/Effect.js";
import type { SluiceError } from "../core/SluiceError.js";
import type { Execution } from "../hub/Dispatch.js";
import type { Hub, HubRunOptions } from "../hub/Hub.js";
import { type OnHub, onHub } from "./calls.js";
import { fromLazy } from "./fromEffect.js";

/** How many executions had each result. */
export type ExecutionTally = Readonly<Record<Execution["result"], number>>;

/** The options of a run that ends. */
export type RunTaskOptions = Omit<HubRunOptions, "stop$"> & {
  /** The hub runs until its first value. */
  readonly stop$: ObservableInput<unknown>;
};

const zero: ExecutionTally = { complete: 0, ignored: 0, failed: 0, misconfigured: 0 };

/**
 * Delivers dispatches until it is stopped, and answers how many executions had each result.
 *
 * Outages of the store are ridden out. Fails only for wrong options or a defect.
 *
 * @param on the hub to run
 *
 * @example
 * ```ts
 * import { pipe } from "fp-ts/lib/function.js";
 * import * as TE from "fp-ts/lib/TaskEither.js";
 * import { timer } from "rxjs";
 * import { Complete, defineRoutes, hub } from "sluice/hub";
 * import { memoryStore } from "sluice/memory";
 * import { H } from "sluice/task";
 *
 * const shop = hub(memoryStore(), {
 *   name: "shop",
 *   routes: defineRoutes({ routes: [{ condition: { allOf: [] }, destination: "MAIL" }] }),
 *   destinations: { MAIL: () => TE.right(Complete) },
 * });
 * const program = pipe(
 *   H.emit(shop)(["o-1"]),
 *   TE.flatMap(() => H.run(shop)({ stop$: timer(50) })),
 *   TE.match((error) => error.message, ({ complete, failed }) => `${complete} complete, ${failed} failed`),
 * );
 * console.log(await program()); // 1 complete, 0 failed
 * ```
 */
export const run =
  <A, D extends string>(on: Hub<A, D>) =>
  (options: RunTaskOptions): TaskEither<SluiceError, ExecutionTally> =>
    fromLazy(() =>
      failingWith<SluiceError>()(
        fromOne(on.run(options).pipe(reduce((tally, { result }) => ({ ...tally, [result]: tally[result] + 1 }), zero))),
      ),
    );

/** Stores events, their dispatches and messages, all in one write; answers the ids of the events. */
export const emit: OnHub<"emit"> = onHub("emit");
/** Marks as lost what is overdue, a page of it; answers what it has marked. */
export const markLost: OnHub<"markLost"> = onHub("markLost");
/** The event, or undefined where there is none. */
export const getEvent: OnHub<"getEvent"> = onHub("getEvent");
/** The dispatch, or undefined where there is none. */
export const getDispatch: OnHub<"getDispatch"> = onHub("getDispatch");
/** A page of events with their dispatches. */
export const listEvents: OnHub<"listEvents"> = onHub("listEvents");
/** A page of dispatches, in the order in which they were made. */
export const listDispatches: OnHub<"listDispatches"> = onHub("listDispatches");
/** Dispatches the same event to the same destination once more; answers the new dispatch. */
export const retryDispatch: OnHub<"retryDispatch"> = onHub("retryDispatch");
/** How many dispatches each destination has with each status. */
export const counts: OnHub<"counts"> = onHub("counts");
/** Routes for all processes, until `undefined` takes them back. */
export const replaceRoutes: OnHub<"replaceRoutes"> = onHub("replaceRoutes");
