/**
 * Tells a test on virtual time of each promise that it waits for. Such a test runs synchronously and does not wait, so nobody
 * would compare what follows the promise, without a word. Outside of such a test nobody watches.
 */
import { isObservable } from "rxjs";
import { isThenable } from "./isThenable.js";

let watcher: ((what: string) => void) | undefined;

/** Calls `run`, and tells of each promise that was asked for until it returned or threw. */
export const watchingPromises = <A>(onPromise: (what: string) => void, run: () => A): A => {
  const outer = watcher;
  watcher = onPromise;
  try {
    return run();
  } finally {
    watcher = outer;
  }
};

/** Says that something goes on only when a promise has settled; `what` tells which: "A handler returned a promise". */
export const promiseAsked = (what: string): void => watcher?.(what);

/** Returns its input, which rxjs will subscribe to, and tells where it is a promise. An Effect is none: it stays on virtual time. */
export const unlessPromise = <A>(input: A, what: string): A => {
  if (watcher !== undefined && !isObservable(input) && isThenable(input)) watcher(what);
  return input;
};
