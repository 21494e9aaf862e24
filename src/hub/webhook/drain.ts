/** What becomes of the body of an answer whose status was told. */
import type { IncomingMessage } from "node:http";
import { systemScheduler, unhurried } from "../../core/Clock.js";

/** An endpoint that sends the rest of its answer slower than this has its connection closed. Milliseconds. */
const DRAIN_MS = 1_000;

/**
 * Takes the rest of an answer from its connection, which serves the next request then. What is too long or too slow is not worth that: its
 * connection is closed. Nothing of this keeps the process alive, and no error matters any more.
 */
export const drain = (answer: IncomingMessage, bytesMax: number): void => {
  let left = bytesMax;
  answer.socket.unref();
  const timer = unhurried(systemScheduler).schedule(() => answer.destroy(), DRAIN_MS);
  answer.on("close", () => timer.unsubscribe());
  answer.on("error", () => answer.destroy());
  answer.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) answer.destroy();
  });
};
