/** Failures that no further attempt would mend, told by whoever handles something. */

/** A failure that no further attempt would mend. */
export interface NonRetryable extends Error {
  readonly _tag: "NonRetryable";
  readonly cause: unknown;
}

class NonRetryableError extends Error implements NonRetryable {
  readonly _tag = "NonRetryable";
  override readonly name = "NonRetryable";
  override readonly cause: unknown;
  constructor(cause: unknown) {
    super("no further attempt would mend this");
    this.cause = cause;
  }
}

/**
 * An error that a handler of a broker throws, or answers as a Left, where no further attempt would help: the target blocks at once (with
 * `blockOnError: false` the event is passed over at once).
 *
 * @param cause why: any value, kept as one line of text
 */
export const nonRetryable = (cause: unknown): NonRetryable => new NonRetryableError(cause);

/** What such an error, of whatever copy of the library, was made of; undefined of any other value, and of one that cannot be read. */
export const asNonRetryable = (error: unknown): Pick<NonRetryable, "cause"> | undefined => {
  try {
    return error instanceof Error && (error as Partial<NonRetryable>)._tag === "NonRetryable"
      ? { cause: error.cause }
      : undefined;
  } catch {
    return undefined;
  }
};
