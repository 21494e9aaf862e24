/** A view of a store: another store, with some calls replaced, or with something around every call. */
import type { Effect } from "../core/Effect.js";
import { type CallKind, type CallName, callKinds, properties } from "./calls.js";
import type { Store } from "./Store.js";

/** One call on its way through a view. */
export interface PassedCall {
  readonly name: CallName;
  readonly kind: CallKind;
  /** The arguments of the call. */
  readonly request: ReadonlyArray<unknown>;
}

/** What happens around a call; `run` makes it. */
export type Around = <A>(run: () => Effect<A>, call: PassedCall) => Effect<A>;

/** What a view changes. */
export interface ViewOptions extends Partial<Store> {
  /** Every call goes through this function, except those that the view replaces. */
  readonly around?: Around | undefined;
}

/**
 * The same store with some changes: calls that `options` replace, properties of its own (`events$`, `capabilities`), and `around`,
 * which is called for all other calls. The view has every call of the port.
 *
 * @param store the store behind the view
 * @param options what the view changes
 *
 * @example
 * ```ts
 * import { finalize } from "rxjs";
 * import { memoryStore } from "sluice/memory";
 * import { fromOne, viewOf } from "sluice/store";
 *
 * const timed = viewOf(memoryStore(), {
 *   around: (run, { name }) => {
 *     const startMs = performance.now();
 *     return fromOne(run().pipe(finalize(() => console.log(name, performance.now() - startMs))));
 *   },
 * });
 * await timed.ready();
 * ```
 */
export const viewOf = (store: Store, { around, ...changed }: ViewOptions): Store => {
  const view: Record<string, unknown> = {};
  for (const name of propertyNames) view[name] = store[name];
  for (const name of callNames) view[name] = around === undefined ? callOf(store, name) : passing(store, name, around);
  for (const [name, value] of Object.entries(changed)) if (value !== undefined) view[name] = value;
  // The two tables name everything that a store has. TypeScript does not see that in a loop over names.
  return view as unknown as Store;
};

const callNames = Object.keys(callKinds) as ReadonlyArray<CallName>;
const propertyNames = Object.keys(properties) as ReadonlyArray<keyof typeof properties>;

type Call = (...request: ReadonlyArray<unknown>) => Effect<unknown>;

const callOf =
  (store: Store, name: CallName): Call =>
  // Whoever calls it by its name passes the arguments of that call. TypeScript does not see that.
  (...request) =>
    (store[name] as unknown as Call)(...request);

const passing = (store: Store, name: CallName, around: Around): Call => {
  const call = callOf(store, name);
  return (...request) => around(() => call(...request), { name, kind: callKinds[name], request });
};
