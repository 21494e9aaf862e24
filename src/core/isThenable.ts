/** What `await` would wait for, whoever's class it is of. */

/** Whether it has a method `then`. Reads that property, so a hostile getter may throw here. */
export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  ((typeof value === "object" && value !== null) || typeof value === "function") &&
  "then" in value &&
  typeof value.then === "function";
