/** How a handler can fail: always a value, never the end of the stream. */

/**
 * - `Failed`: the handler's own answer, a `Left`.
 * - `Threw`: it threw, rejected, errored, or completed without a value.
 * - `TimedOut`: it was unsubscribed after `timeoutMs`.
 * - `Interrupted`: it was unsubscribed because its consumer stopped or its lease was lost; or it never began, because the queue
 *   was paused.
 */
export type Failure<E> =
  | { readonly _tag: "Failed"; readonly error: E }
  | { readonly _tag: "Threw"; readonly cause: unknown }
  | { readonly _tag: "TimedOut"; readonly timeoutMs: number }
  | Interrupted;

export type Interrupted = { readonly _tag: "Interrupted"; readonly reason: "stopped" | "paused" | "lease lost" };

export const Failed = <E>(error: E): Failure<E> => ({ _tag: "Failed", error });
export const Threw = (cause: unknown): Failure<never> => ({ _tag: "Threw", cause });
export const TimedOut = (timeoutMs: number): Failure<never> => ({ _tag: "TimedOut", timeoutMs });
export const Interrupted = (reason: Interrupted["reason"]): Failure<never> => ({ _tag: "Interrupted", reason });

/** What went wrong, for an outcome's `cause`: the error, the thrown thing, or a sentence. */
export const causeOf = (failure: Failure<unknown>): unknown => {
  switch (failure._tag) {
    case "Failed":
      return failure.error;
    case "Threw":
      return failure.cause;
    case "TimedOut":
      return `timed out after ${failure.timeoutMs} ms`;
    case "Interrupted":
      return `interrupted: ${failure.reason}`;
  }
};
