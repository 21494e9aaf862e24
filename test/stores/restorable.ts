/** What tests of faces ask of an Effect that fails, and of a store that is replaced under them. */
import type { Store } from "sluice/store";

/** The error that an Effect fails with. */
export const errorOf = async (effect: PromiseLike<unknown>): Promise<unknown> => {
  try {
    await effect;
  } catch (error) {
    return error;
  }
  throw new Error("it succeeded");
};

/** A store whose server can be replaced by another one, as when it is restored from an older file. */
export const restorable = (first: Store): { readonly store: Store; readonly restore: (other: Store) => void } => {
  let current = first;
  const store = new Proxy({} as Store, {
    get: (_target, name) => {
      const part: unknown = current[name as keyof Store];
      return typeof part === "function" ? (part as () => unknown).bind(current) : part;
    },
    has: (_target, name) => name in current,
  });
  return {
    store,
    restore: (other) => {
      current = other;
    },
  };
};
