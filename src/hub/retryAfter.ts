/** A failure that says itself when the next attempt is to be. */
import { DELAY_MS_MAX, realNumber } from "../core/options.js";

/** A failed execution whose next attempt waits for a time of its own, in place of the one that the route says. */
export interface RetryAfter extends Error {
  readonly _tag: "RetryAfter";
  readonly cause: unknown;
  /** Whole seconds, 0 or more. */
  readonly delaySeconds: number;
}

class RetryAfterError extends Error implements RetryAfter {
  readonly _tag = "RetryAfter";
  override readonly name = "RetryAfter";
  override readonly cause: unknown;
  readonly delaySeconds: number;
  constructor(cause: unknown, delaySeconds: number) {
    super(`not before ${delaySeconds} s have passed`);
    this.cause = cause;
    this.delaySeconds = delaySeconds;
  }
}

const SECONDS_MAX = DELAY_MS_MAX / 1_000;

/**
 * An error that a handler of a hub throws, or answers as a Left, where it was told how long to wait, as by a `Retry-After`. The attempt
 * counts as any failed one does.
 *
 * Throws `InvalidConfig` for what is no time.
 *
 * @param cause why: any value, kept as one line of text
 * @param delaySeconds 0 to ten years; parts of a second count as a whole one
 *
 * @example
 * ```ts
 * import { type Handler, retryAfter } from "sluice/hub";
 *
 * export const busy: Handler<unknown> = async () => {
 *   throw retryAfter("the other side asked for 30 s", 30);
 * };
 * ```
 */
export const retryAfter = (cause: unknown, delaySeconds: number): RetryAfter =>
  new RetryAfterError(cause, Math.ceil(realNumber("delaySeconds", delaySeconds, { min: 0, max: SECONDS_MAX })));

/**
 * What such an error, of whatever copy of the library, says. Undefined of any other value, of one that cannot be read, and where its wait is
 * none: errors of other makers may have the same tag, and what they say goes on record.
 */
export const asRetryAfter = (error: unknown): Pick<RetryAfter, "cause" | "delaySeconds"> | undefined => {
  try {
    if (!(error instanceof Error) || (error as Partial<RetryAfter>)._tag !== "RetryAfter") return undefined;
    const { cause, delaySeconds } = error as RetryAfter;
    return typeof delaySeconds === "number" && delaySeconds >= 0 && delaySeconds <= SECONDS_MAX
      ? { cause, delaySeconds: Math.ceil(delaySeconds) }
      : undefined;
  } catch {
    return undefined;
  }
};
