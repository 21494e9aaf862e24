/** A view of a store: the store as a wrapper shows it. */
import type { Effect } from "../core/Effect.js";
import { type CallKind, type CallName, callKinds, properties } from "./calls.js";
import type { Store } from "./Store.js";

/** One call on its way through a view. */
export interface PassedCall {
  readonly name: CallName;
  readonly kind: CallKind;
  /** What it is called with. */
  readonly request: ReadonlyArray<unknown>;
}

/** What happens around a call; `run` makes it. */
export type Around = <A>(run: () => Effect<A>, call: PassedCall) => Effect<A>;

/** What a view changes. */
export interface ViewOptions extends Partial<Store> {
  /** Every call goes through here, but for those that the view replaces. */
  readonly around?: Around | undefined;
}

/**
 * A store that is another one but for what `options` say: calls that it replaces, properties of its own (`events$`,
 * `capabilities`), and what happens around all other calls. It has every call of the port.
 *
 * @param store the store behind it
 * @param options what is otherwise
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
  // The two tables name all that a store has, which a loop over names cannot tell.
  return view as unknown as Store;
};

const callNames = Object.keys(callKinds) as ReadonlyArray<CallName>;
const propertyNames = Object.keys(properties) as ReadonlyArray<keyof typeof properties>;

type Call = (...request: ReadonlyArray<unknown>) => Effect<unknown>;

const callOf =
  (store: Store, name: CallName): Call =>
  // Which request belongs to which call is known to whoever calls it by its name.
  (...request) =>
    (store[name] as unknown as Call)(...request);

const passing = (store: Store, name: CallName, around: Around): Call => {
  const call = callOf(store, name);
  return (...request) => around(() => call(...request), { name, kind: callKinds[name], request });
};
