/** Routes, handlers, and how the tests of hubs look at what became of dispatches. */

import { queue } from "sluice";
import type { Destination, Dispatch, DispatchSettings, Executed, Execution, Handler, Hub } from "sluice/hub";
import { Complete, defineRoutes, hub, Ignored } from "sluice/hub";
import type { Store } from "sluice/store";
import { DispatchRefCodec } from "../../src/hub/ledger/DispatchCodec.js";

/** Everything goes to one destination, at once, and is tried again at once, unless the settings say otherwise. */
export const allTo = <const D extends string>(destination: D, settings: DispatchSettings = {}) =>
  defineRoutes({
    defaultRetryDelay: { type: "constant", interval: 0 },
    routes: [{ condition: { allOf: [] }, destination, ...settings }],
  });

/** A hub with one destination, "A". */
export const hubOn = (
  store: Store,
  a: Destination<unknown>,
  settings: DispatchSettings & { readonly key?: string } = {},
): Hub<unknown, "A"> => hub(store, { name: "h", routes: allTo("A", settings), destinations: { A: a } });

export const completes: Handler<unknown> = async () => Complete;
export const ignores: Handler<unknown> = async () => Ignored;
export const fails: Handler<unknown> = async () => {
  throw new Error("no");
};

/** Fails so many times, then completes. */
export const failsTimes =
  (times: number): Handler<unknown> =>
  async (_, { attempt }) => {
    if (attempt <= times) throw new Error(`no ${attempt}`);
    return Complete;
  };

/** `complete, 3 of 3: failed, failed, complete`. */
export const tell = ({ status, executionCount, executions }: Dispatch): string =>
  `${status}, ${executions.length} of ${executionCount}: ${executions.map(({ result }) => result).join(", ")}`;

export const told = ({ result, dispatch }: Executed<string>): string =>
  `${dispatch.destination} ${result} (${dispatch.status})`;

export const errorsOf = (executions: ReadonlyArray<Execution>): ReadonlyArray<string | undefined> =>
  executions.map(({ error }) => error);

/** All dispatches, oldest first. */
export const all = async <A, D extends string>(of: Hub<A, D>): Promise<ReadonlyArray<Dispatch<D>>> =>
  (await of.listDispatches({ order: "oldest first", limit: 1_000 })).items;

/** One more message of a dispatch, as where a network delivers twice. */
export const again = (store: Store, { id, eventId, destination }: Dispatch): PromiseLike<unknown> =>
  queue(store, { name: `sluice.hub/${destination}/h`, codec: DispatchRefCodec }).enqueue({ dispatchId: id, eventId });
