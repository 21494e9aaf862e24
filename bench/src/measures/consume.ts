/** Consuming until a number of messages is settled, each of them once. */
import { strict as assert } from "node:assert";
import { withDeadline } from "../bench.js";
import type { Session } from "../contestants/contestant.js";
import { Tally } from "../payload.js";

export interface Progress {
  /** Called after each confirmed settlement; from `count` on the run is over. */
  readonly onSettled?: (settled: number) => void;
}

export interface Consumed {
  readonly elapsedMs: number;
  /** With what was in hand when the count was reached. */
  readonly settled: number;
}

/** From the start of the consumer to the confirmation of the last of `count`. */
export const consume = async (
  session: Session,
  count: number,
  tally: Tally,
  { onSettled }: Progress = {},
): Promise<Consumed> => {
  let settled = 0;
  let startMs = 0;
  let report: { readonly resolve: (elapsedMs: number) => void; readonly reject: (cause: unknown) => void };
  const reached = new Promise<number>((resolve, reject) => {
    report = { resolve, reject };
  });
  const consumer = await session.consumer({
    onMessage: (order) => {
      try {
        tally.mark(order);
      } catch (cause) {
        report.reject(cause);
      }
    },
    onSettled: () => {
      settled += 1;
      onSettled?.(settled);
      if (settled === count) report.resolve(performance.now() - startMs);
    },
    onError: (cause) => report.reject(cause),
  });
  startMs = performance.now();
  consumer.start();
  const elapsedMs = await withDeadline(reached, () => `${settled} of ${count} settled`);
  await withDeadline(consumer.stop(), () => "stopping a consumer");
  return { elapsedMs, settled };
};

/** All of what was enqueued, and the queue is empty after it. */
export const drain = async (session: Session, count: number): Promise<number> => {
  const tally = new Tally(count);
  const { elapsedMs, settled } = await consume(session, count, tally);
  assert.equal(settled, count, "messages settled");
  tally.assertExactly(count);
  assert.equal(await session.held(), 0, "messages left in a drained queue");
  return elapsedMs;
};
