/**
 * Leaves nothing behind when a test is over.
 *
 * A module that several test files import is loaded once a process, so an `afterEach` at its top would be that of the first file alone: after
 * the tests of all others nothing would be closed.
 */
import { onTestFinished } from "vitest";

/** Runs this when the test that asks for it is over, in the reverse order. */
export const atEnd = (end: () => PromiseLike<unknown>): void => {
  onTestFinished(async () => {
    await end();
  });
};
