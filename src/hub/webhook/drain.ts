/** What becomes of an exchange whose status was told: of the rest of its answer, and of a body that was answered before it was read. */
import type { ClientRequest, IncomingMessage } from "node:http";
import { systemScheduler, unhurried } from "../../core/Clock.js";

/** An endpoint that takes longer to read the request and to send the rest of its answer has its connection closed. Milliseconds. */
const DRAIN_MS = 1_000;

/**
 * Takes the rest of an answer from its connection, which serves the next request then. What is too long or too slow is not worth that: its
 * connection is closed. So is one whose other side has answered and does not read what it is sent: Node would keep it, with the body, for
 * as long as the other side likes. Nothing of this keeps the process alive, and no error matters any more.
 */
export const drain = (request: ClientRequest, answer: IncomingMessage, bytesMax: number): void => {
  let left = bytesMax;
  answer.socket.unref();
  const timer = unhurried(systemScheduler).schedule(() => request.destroy(), DRAIN_MS);
  // Not the end of the answer: the request may not have been sent by then.
  request.on("close", () => timer.unsubscribe());
  answer.on("error", () => answer.destroy());
  answer.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) answer.destroy();
  });
};
