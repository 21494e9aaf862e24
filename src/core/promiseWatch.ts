/**
 * Tells a test that runs synchronously on virtual time of each promise that is asked for meanwhile: nothing waits for it
 * there, so what comes behind it would silently be compared by nobody. Outside of such a test nobody watches.
 */
import { isObservable } from "rxjs";

let watcher: ((what: string) => void) | undefined;

/** Runs it, and tells what promises were asked for until it returned or threw. */
export const watchingPromises = <A>(onPromise: (what: string) => void, run: () => A): A => {
  const outer = watcher;
  watcher = onPromise;
  try {
    return run();
  } finally {
    watcher = outer;
  }
};

/** Something goes on only when a promise has settled: `what` says which, as in "a handler returned a promise". */
export const promiseAsked = (what: string): void => watcher?.(what);

/** Passes on what rxjs will subscribe to; a promise is told. An Effect is none: subscribed to, it stays on virtual time. */
export const unlessPromise = <A>(input: A, what: string): A => {
  if (watcher !== undefined && !isObservable(input) && isThenable(input)) watcher(what);
  return input;
};

const isThenable = (value: unknown): boolean =>
  ((typeof value === "object" && value !== null) || typeof value === "function") &&
  typeof (value as { readonly then?: unknown }).then === "function";
